import { memoryLeases } from '../../services/actuation/adapters/memory-leases.ts'
import { versionOf } from '../../services/actuation/desired.ts'
import {
  type BackendDriver,
  guardedBackend,
  type InferenceBackend,
  type Leases,
} from '../../services/actuation/index.ts'
import type { OutboxEvent } from '../../services/notification/index.ts'
import type { AnyJobRequest, JobQueue } from '../../services/queue/index.ts'
import type { Stores } from '../../services/wiring/state.ts'
import type { Mortal } from './mortal.ts'

export const BEGIN_MS = Date.parse('2026-07-01T12:00Z')

/** What a target was told, in the order in which it was. */
export interface Told {
  readonly targetId: string
  readonly replicas: number
  readonly fence: number
}

/**
 * What outlives every process that a story kills, besides the database: the clock, the queue, the
 * targets, the receiver of webhooks and the leases. Each call to it is one that a process may die
 * before or after.
 */
export function lastingWorld() {
  const state = { nowMs: BEGIN_MS }
  const told: Told[] = []
  const received: OutboxEvent[] = []
  const running = new Map<string, number>()
  const waiting: (AnyJobRequest & { readonly dueMs: number })[] = []
  const known = new Set<string>()
  const leases = memoryLeases(() => state.nowMs)

  const enqueue = (job: AnyJobRequest): void => {
    if (job.id !== undefined && known.has(job.id)) return
    if (job.id !== undefined) known.add(job.id)
    waiting.push({ ...job, dueMs: state.nowMs + (job.delayMs ?? 0) })
  }

  const pass = async (durationMs: number): Promise<void> => {
    state.nowMs += durationMs
  }

  return {
    state,
    pass,
    told,
    received,
    running,
    enqueue,

    /** The job that is due first, and the clock set to when it is; it stays until it is `done`. */
    nextJob() {
      const [next] = waiting.toSorted((a, b) => a.dueMs - b.dueMs)
      if (next) state.nowMs = Math.max(state.nowMs, next.dueMs)
      return next
    },
    done: (job: AnyJobRequest) => void waiting.splice(waiting.indexOf(job as never), 1),

    queue: ({ around }: Mortal): Pick<JobQueue, 'add'> => ({
      add: (job) => around(async () => enqueue(job)),
    }),

    leases: ({ around }: Mortal): Leases => ({
      acquire: (...lease) => around(() => leases.acquire(...lease)),
      release: (lease) => around(() => leases.release(lease)),
    }),

    /** Targets that do at once what they are told, if it was decided on what they are now. */
    backend({ around }: Mortal, { targetMemory }: Stores): InferenceBackend {
      const driver: BackendDriver = {
        type: 'lasting',
        supports: ['replicas'],
        dryRun: 'client',
        probe: () => Promise.reject(new Error('nobody probes here')),
        read: (target) =>
          around(async () => {
            const count = running.get(target.id) ?? 0
            const desired = { replicas: { min: count, max: count } }
            const seen = {
              desired,
              readyReplicas: count,
              settled: true,
              rollingOut: false,
              health: 'ok' as const,
              paused: false,
              version: versionOf(desired),
              owners: [],
              observedAtMs: state.nowMs,
            }
            return { seen, raw: undefined }
          }),
        write: (target, { replicas }, _sighting, { fence }) =>
          around(async () => {
            running.set(target.id, replicas!.min)
            told.push({ targetId: target.id, replicas: replicas!.min, fence })
            return { mode: 'direct', warnings: [] }
          }),
        release: () => Promise.reject(new Error('nobody lets go here')),
      }
      return guardedBackend(driver, { memory: targetMemory, nowMs: () => state.nowMs, sleep: pass })
    },

    receive: ({ around }: Mortal, event: OutboxEvent) =>
      around(async () => {
        received.push(event)
        return { status: 'delivered' as const, httpStatus: 200 }
      }),
  }
}
export type LastingWorld = ReturnType<typeof lastingWorld>
