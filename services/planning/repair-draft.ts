import type { Draft } from './draft.ts'
import { insertReplicas } from './insert-replicas.ts'
import { ruinAndRecreate } from './ruin-and-recreate.ts'
import { newSearch } from './search.ts'

/** Attempts per model and window, over all regions at once. */
const EFFORT = 20
const LEAST_ATTEMPTS = 8_000
const MOST_ATTEMPTS = 20_000

/** Completes what the regions left to each other, then improves over regions and windows. */
export function repairDraft(draft: Draft, prices: Float64Array): void {
  const { models, windowCount: T } = draft.instance
  const search = newSearch(draft, prices, draft.instance.problem.seed)
  const quiet = () => undefined
  for (let t = 0; t < T; t++) {
    for (const m of models.keys())
      insertReplicas(search, m, t, t, { priceWeight: 1, noise: 0 }, quiet)
  }
  const attempts = Math.max(LEAST_ATTEMPTS, Math.min(MOST_ATTEMPTS, EFFORT * T * models.length))
  for (let i = 0; i < attempts; i++) ruinAndRecreate(search, Math.floor(search.random() * T))
}
