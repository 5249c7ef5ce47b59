import type { Instance } from './instance.ts'
import type { ModelInstance } from './model-instance.ts'
import { newRouter, type Router } from './router.ts'

/** Scratch space to try whole replicas of one cell in. Reused from cell to cell. */
export interface Trial {
  /** Replicas by the cell's bins, and GPUs that they use by pool. */
  readonly counts: Int32Array
  readonly used: Float64Array
  readonly left: Float64Array
  readonly unserved: Float64Array
  /** By region: tokens/s that a new replica there could serve. */
  readonly needs: Float64Array
  readonly saved: Int32Array
  readonly router: Router
  /** Objective of the load, and tokens/s that nobody carries. */
  loadCost: number
  missing: number
}

export function newTrial({ models, pools, regionCount: R, batch }: Instance): Trial {
  const most = (of: (model: ModelInstance) => number) => Math.max(1, ...models.map(of))
  const mostBins = most(({ binCount }) => binCount)
  const mostLanes = most(({ sources }) => sources.length) + batch.length
  return {
    counts: new Int32Array(mostBins),
    used: new Float64Array(pools.length),
    left: new Float64Array(mostBins),
    unserved: new Float64Array(mostLanes),
    needs: new Float64Array(R),
    saved: new Int32Array(mostBins),
    router: newRouter(mostLanes, R),
    loadCost: 0,
    missing: 0,
  }
}
