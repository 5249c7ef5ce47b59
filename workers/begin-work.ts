import type { JobQueue } from '../services/queue/index.ts'

export interface Beginning {
  readonly queue: Pick<JobQueue, 'add' | 'schedule'>
  /** Ids of the models of the fleet file. */
  readonly models: readonly string[]
  readonly tickMs: number
  readonly nowMs: () => number
}

/** Retries of webhooks are due between ticks too. */
const RELAY_MS = 5_000

/** Sets the clocks of the cluster going, has every model fitted, and makes the first plan at once. */
export async function beginWork({ queue, models, tickMs, nowMs }: Beginning): Promise<void> {
  const atMs = nowMs()
  for (const model of models) {
    await queue.add({ name: 'refit-models', payload: { model }, id: `refit-${model}-${atMs}` })
  }
  await queue.schedule('plan', { everyMs: tickMs }, { name: 'tick', payload: { clock: 'plan' } })
  await queue.schedule(
    'relay',
    { everyMs: RELAY_MS },
    { name: 'notify-change', payload: { cause: 'clock' } },
  )
  // The clock's first beat may be minutes away; nobody wants to wait for it.
  await queue.add({ name: 'tick', payload: { clock: 'start' }, id: `start-${atMs}` })
}

/**
 * Begins anew where the clocks are gone, or stand still: a queue whose server was emptied would do so
 * for ever, and one whose time was set back for as long. What was in it is in the database too, and
 * the plan of the first tick is carried out.
 *
 * @returns whether it had to
 */
export async function beginAgainIfStill(
  beginning: Beginning & { readonly queue: Pick<JobQueue, 'isScheduled'> },
): Promise<boolean> {
  const { queue } = beginning
  const whole =
    (await queue.isScheduled('tick', 'plan')) && (await queue.isScheduled('notify-change', 'relay'))
  if (!whole) await beginWork(beginning)
  return !whole
}
