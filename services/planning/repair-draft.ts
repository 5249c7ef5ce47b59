import { type Deadline, isPast, TIME_SHARES } from './deadline.ts'
import type { Draft } from './draft.ts'
import { insertReplicas } from './insert-replicas.ts'
import { ruinAndRecreate } from './ruin-and-recreate.ts'
import { isWhole, newSearch } from './search.ts'
import { takeOver } from './take-over.ts'

/** Attempts per model and window, over all regions at once. */
const EFFORT = 20
const LEAST_ATTEMPTS = 8_000
const MOST_ATTEMPTS = 20_000

/** Attempts between two looks at the clock. */
const STRIDE = 100

/**
 * Completes what the regions left to each other, then improves over regions and windows. The time
 * ends only what improves: as long as a promise is open, the search goes on.
 *
 * @param open windows to look at, with their neighbours; all others were planned before
 * @returns whether the deadline cut it short
 */
export function repairDraft(
  draft: Draft,
  prices: Float64Array,
  deadline: Deadline,
  open: readonly number[],
): boolean {
  const { models, windowCount: T } = draft.instance
  const search = newSearch(draft, prices, draft.instance.problem.seed)
  const quiet = () => undefined
  for (const t of open) {
    for (const m of models.keys()) {
      if (t > 0) takeOver(search, m, t)
      insertReplicas(search, m, t, t, { priceWeight: 1, noise: 0 }, quiet)
    }
  }
  const all = Math.max(LEAST_ATTEMPTS, Math.min(MOST_ATTEMPTS, EFFORT * T * models.length))
  const attempts = Math.ceil((all * open.length) / T)
  for (let i = 0; i < attempts; i++) {
    const isDue = i % STRIDE === 0 && isPast(deadline, TIME_SHARES.search)
    if (isDue && isWhole(search)) return true
    ruinAndRecreate(search, open[Math.floor(search.random() * open.length)]!)
  }
  return false
}
