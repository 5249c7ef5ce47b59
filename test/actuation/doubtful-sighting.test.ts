import { expect, it } from 'vitest'
import { memoryTargetMemory } from '../../services/actuation/adapters/memory-target-memory.ts'
import {
  type BackendDriver,
  type Desired,
  exactly,
  guardedBackend,
  plainSighting,
} from '../../services/actuation/index.ts'
import { Conflict } from '../../services/domain/errors.ts'
import { contextOf } from '../contracts/inference-backend.contract.ts'
import { siteRef } from './simulated-fleet.ts'

it('does not take a sighting from before its own last write for work done', async () => {
  let now: Desired = { replicas: exactly(2) }
  let before = now
  let late = false
  const driver: BackendDriver = {
    type: 'simulated',
    supports: ['replicas'],
    dryRun: 'client',
    probe: () => Promise.reject(new Error('not asked')),
    read: async () => plainSighting(late ? before : now, 0),
    async write(_target, desired, { seen }) {
      if (seen.version !== plainSighting(now, 0).seen.version) throw new Conflict('stale')
      before = now
      now = desired
      return { mode: 'direct', warnings: [] }
    },
    release: () => Promise.reject(new Error('not asked')),
  }
  const deps = { memory: memoryTargetMemory(), nowMs: () => 0, sleep: async () => undefined }
  const backend = guardedBackend(driver, deps)
  const tell = (replicas: number) =>
    backend.apply(siteRef('a'), { replicas: exactly(replicas) }, contextOf())
  await tell(5)
  late = true
  // Back to 2, which is what a late answer shows: a caller who believed it would leave 5 running.
  await expect(tell(2)).rejects.toMatchObject({ code: 'CONFLICT', retryable: true })
  late = false
  expect((await tell(2)).effect).toBe('accepted')
  expect(now).toEqual({ replicas: exactly(2) })
  expect((await tell(2)).effect).toBe('noop')
})
