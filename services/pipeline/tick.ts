import type { Fleet } from '../fleet/index.ts'
import type { JobQueue } from '../queue/index.ts'

export interface TickPorts {
  fleet(): Promise<Fleet>
  readonly queue: Pick<JobQueue, 'add' | 'addFlow'>
}

const HOUR_MS = 3_600_000
const LEVERS_DELAY_MS = 120_000

/**
 * One beat of the cluster's clock: look at every zone, then solve; tell what is due; account for
 * the window that has ended; once an hour, take the plan apart. Ids hold the instant, so that a tick told twice is one tick.
 *
 * @param dueAtMs the instant of the clock, however late it is now
 */
export async function tick({ fleet, queue }: TickPorts, dueAtMs: number): Promise<void> {
  const { regions, planning } = await fleet()
  const zones = [...new Set(regions.map(({ zone }) => zone))]
  const revision = `tick-${dueAtMs}`
  await queue.addFlow(
    { name: 'solve-plan', payload: { revision }, id: `solve-${revision}` },
    zones.map((zone) => ({
      name: 'refresh-grid' as const,
      payload: { zone, tickMs: dueAtMs },
      id: `grid-${zone}-${dueAtMs}`,
      // Two looks: a provider that stays away must not hold the plan up.
      attempts: 2,
    })),
  )
  await queue.add({ name: 'notify-change', payload: { cause: 'tick' }, id: `notify-${dueAtMs}` })

  await queue.add({
    name: 'replan-jobs',
    payload: { atMs: dueAtMs },
    id: `replan-${dueAtMs}`,
  })

  const windowMs = planning.windowMinutes * 60_000
  const windowStartMs = Math.floor(dueAtMs / windowMs) * windowMs - windowMs
  await queue.add({
    name: 'account',
    payload: { windowStartMs },
    id: `account-${windowStartMs}`,
  })

  // Some solves' worth of work, so once an hour; late enough for a first plan to be there.
  const atMs = Math.floor(dueAtMs / HOUR_MS) * HOUR_MS
  await queue.add({
    name: 'attribute-levers',
    payload: { atMs },
    id: `levers-${atMs}`,
    delayMs: LEVERS_DELAY_MS,
  })
}
