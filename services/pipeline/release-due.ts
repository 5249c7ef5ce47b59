import { InvalidInput } from '../domain/errors.ts'
import { type JobScheduler, latestStartMs, type WaitingJob } from '../schedulers/index.ts'

/** A job that was let go; one that waits for GPUs alone had been already. */
export interface Released {
  readonly scheduler: string
  readonly name: string
}

/**
 * Lets every held job go whose latest safe start is past, or whose marks cannot be read. It asks the
 * schedulers alone: no plan, no database and no service, so that it holds when all those are down.
 *
 * @param failed told of each scheduler or job that could not be reached
 */
export async function releaseDue(
  schedulers: readonly JobScheduler[],
  nowMs: number,
  failed: (message: string) => void,
): Promise<readonly Released[]> {
  const released: Released[] = []
  for (const scheduler of schedulers) {
    const tell = (error: unknown) => failed(`${scheduler.id}: ${(error as Error).message}`)
    const found = await scheduler.list().catch((error: unknown) => {
      tell(error)
      return []
    })
    for (const job of found.filter((one) => isDue(one, nowMs))) {
      const told = await scheduler.release(job, scheduler.regions).catch(tell)
      if (told) released.push({ scheduler: scheduler.id, name: job.name })
    }
  }
  return released
}

const isDue = ({ state, ask }: WaitingJob, nowMs: number): boolean =>
  state === 'held' && (ask instanceof InvalidInput || nowMs >= latestStartMs(ask))
