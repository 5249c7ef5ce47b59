import { afterEach, expect, it, vi } from 'vitest'
import { buildApp } from '../../services/api/app.ts'
import { openLog } from '../../services/platform/log.ts'
import { aPlan, memoryPorts, memoryTenant, NOW_MS } from './memory-ports.ts'

/** As long as a reader has patience. */
const READER_MS = 1_000

afterEach(() => void vi.useRealTimers())

it('goes on with the plan it has while the store hangs, and with a newer one once that answers', async () => {
  let nowMs = NOW_MS
  const ports = memoryPorts()
  const tenant = memoryTenant()
  ports.tenants.set('default', tenant)
  const app = await buildApp(ports, {
    version: '0.1.0',
    security: { mode: 'open', tenant: 'default' },
    nowMs: () => nowMs,
    log: openLog('info', () => undefined),
  })
  const get = () => app.inject({ url: '/v1/plans/current' })
  tenant.stored.push(aPlan(1))
  await get()
  nowMs += 60_000
  const { currentVersion } = tenant.plans
  let thaw: () => void = () => undefined
  const frozen = new Promise<void>((resolve) => {
    thaw = resolve
  })
  const hanging = vi.fn(() => frozen.then(currentVersion))
  Object.assign(tenant.plans, { currentVersion: hanging })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const together = [get(), get()]
  await expect.poll(() => hanging.mock.calls.length).toBe(1)
  vi.advanceTimersByTime(READER_MS)
  const answers = await Promise.all(together)
  answers.push(await get()) // which waits for nothing
  vi.useRealTimers()
  for (const answer of answers) {
    expect(answer.statusCode).toBe(200)
    expect(answer.headers.warning).toMatch(/^110 /)
  }

  tenant.stored.push(aPlan(2))
  thaw()
  await expect.poll(async () => (await get()).json().version).toBe(2)
  expect((await get()).headers).not.toHaveProperty('warning')
  await app.close()
})
