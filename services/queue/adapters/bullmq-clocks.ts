import type { JobsOptions } from 'bullmq'
import { checkPayload, type JobName } from '../jobs.ts'
import type { JobQueue } from '../port.ts'
import type { BullmqBackend, Queue } from './bullmq-backend.ts'
import { reported, reporting } from './reporting.ts'

/**
 * The clocks of a queue, which BullMQ calls job schedulers.
 *
 * @param optionsOf the jobs that they add
 */
export function bullmqClocks(
  backend: BullmqBackend,
  queueOf: (name: JobName) => Queue,
  optionsOf: (name: JobName, job: { readonly id: string }) => JobsOptions,
): Pick<JobQueue, 'schedule' | 'unschedule' | 'isScheduled'> {
  return {
    schedule(id, cadence, { name, payload }) {
      const data = checkPayload(name, payload)
      const repeat =
        'cron' in cadence ? { pattern: cadence.cron, tz: 'UTC' } : { every: cadence.everyMs }
      const { jobId: _none, ...opts } = optionsOf(name, { id })
      return reported(async () => {
        const queue = queueOf(name)
        // Written over, it would keep its next strike.
        if (await isOutOfTime(backend, await queue.getJobScheduler(id))) {
          await queue.removeJobScheduler(id)
        }
        await queue.upsertJobScheduler(id, repeat, { name, data, opts })
      })
    },

    unschedule: (name, id) => reported(() => queueOf(name).removeJobScheduler(id)),

    isScheduled: (name, id) =>
      reporting(async () => {
        const clock = await queueOf(name).getJobScheduler(id)
        return clock !== undefined && !(await isOutOfTime(backend, clock))
      }),
  }
}

/**
 * Whether a clock strikes next after more than twice its period, by this process's time and by the
 * server's: what it went by was set back since, and it would stand still for as long.
 */
async function isOutOfTime(
  { timeMs }: BullmqBackend,
  clock: { readonly every?: number; readonly next?: number } | undefined,
): Promise<boolean> {
  if (clock?.every === undefined || clock.next === undefined) return false
  const atMs = Math.max(Date.now(), (await timeMs()) ?? 0)
  return clock.next > atMs + 2 * clock.every
}
