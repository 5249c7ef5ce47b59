import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { verdict } from '../../infra/bootstrap/audit.mjs'

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
