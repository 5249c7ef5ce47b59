import { beforeEach, expect, it } from 'vitest'
import { memoryAuditLog } from '../../services/actuation/adapters/memory-audit-log.ts'
import { type AuditEntry, type AuditLog, sparingAudit } from '../../services/actuation/index.ts'

const MINUTE_MS = 60_000
const failed = (atMs: number, change: Partial<AuditEntry> = {}): AuditEntry => ({
  atMs,
  actor: 'worker-1',
  targetId: 'a',
  planVersion: '7',
  idempotencyKey: '7/a/2@1',
  fence: 7,
  reason: 'the plan',
  after: {},
  result: 'failed',
  detail: 'UPSTREAM_UNAVAILABLE: away',
  ...change,
})
let log: AuditLog
beforeEach(() => {
  log = sparingAudit(memoryAuditLog())
})
const written = async () => (await log.find({})).map(({ atMs }) => atMs).toReversed()

it('writes a failure that lasts for a day down twice an hour, whoever meets it', async () => {
  for (let atMs = 0; atMs < 24 * 60 * MINUTE_MS; atMs += 10_000) {
    await log.append(failed(atMs, { actor: `worker-${atMs % 3}` }))
  }
  expect(await log.find({})).toHaveLength(48)
})

it('writes down each that differs, in words, in what was asked, or in the target', async () => {
  await log.append(failed(1))
  await log.append(failed(2, { detail: 'CONFLICT: moved' }))
  await log.append(failed(3, { idempotencyKey: '8/a/2@1' }))
  await log.append(failed(4, { targetId: 'b' }))
  await log.append(failed(5)) // one of two that take turns
  expect(await written()).toEqual([1, 2, 3, 4])
})

it('writes down the first failure after anything else, and all that is no failure', async () => {
  const accepted = (atMs: number) => failed(atMs, { result: 'accepted' })
  await log.append(failed(1))
  await log.append(accepted(2))
  await log.append(accepted(3))
  await log.append(failed(4))
  expect(await written()).toEqual([1, 2, 3, 4])
})
