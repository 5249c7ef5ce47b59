import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { shippedLock, verdict } from '../../infra/bootstrap/audit.mjs'
import { BUNDLED } from '../../infra/bootstrap/bundled.mjs'

const said = vi.spyOn(console, 'log')
beforeEach(() => void said.mockReset().mockImplementation(() => undefined))
afterEach(() => said.mockReset())
const words = () => said.mock.calls.flat().join('\n')

const report = (high: number, critical: number) =>
  JSON.stringify({
    vulnerabilities: { 'some-package': { name: 'some-package', severity: 'high' } },
    metadata: { vulnerabilities: { high, critical, total: high + critical } },
  })

it('fails on what is high or critical, and names it', () => {
  expect(verdict(report(1, 0))).toBe(1)
  expect(words()).toContain('some-package: high')
  expect(verdict(report(0, 1))).toBe(1)
  expect(verdict(report(0, 0))).toBe(0)
})

it.each([
  ['a registry without advisories', '{"error":{"code":"E405","summary":"Method Not Allowed"}}'],
  ['no answer', ''],
])('passes, and says that nothing was looked at: %s', (_what, stdout) => {
  expect(verdict(stdout)).toBe(0)
  expect(words()).toBe('audit: skipped, the registry does not say')
})

it('looks at what is shipped, also inside the program, and at nothing that only development needs', () => {
  const { manifest, lock } = shippedLock()
  const paths = Object.keys(lock.packages)
  for (const name of ['fastify', ...BUNDLED]) {
    expect(manifest.dependencies).toHaveProperty([name])
    expect(paths).toContain(`node_modules/${name}`)
  }
  expect(paths).toContain('node_modules/openid-client') // which one of them needs
  expect(paths).not.toContain('node_modules/vitest')
  expect(Object.values(lock.packages).filter((each) => 'dev' in each)).toEqual([])
})
