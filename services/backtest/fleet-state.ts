import type { Arena } from './arena.ts'

/** What runs, and what it is on its way to. By model and bin where not said otherwise. */
export interface FleetState {
  readonly serving: readonly Int32Array[]
  readonly target: readonly Int32Array[]
  /** By model: seconds until the target serves alone; until then what served before still does. */
  readonly waitSeconds: Float64Array
  /** By pool: 1 where old and new replicas do not fit together, so that the old go first. */
  readonly crowded: Uint8Array
}

/** What a change of targets costs at once. */
export interface Change {
  /** By region: J of loading weights and warming up, at the GPUs. */
  readonly startJoules: Float64Array
  /** By pool: GPUs that are given back. */
  readonly freedGpus: Float64Array
  readonly starts: number
}

/** Requests in flight are finished before a replica stops. */
const DRAIN_SECONDS = 30

export const emptyState = ({ models, pools }: Arena): FleetState => ({
  serving: models.map(({ bins }) => new Int32Array(bins.length)),
  target: models.map(({ bins }) => new Int32Array(bins.length)),
  waitSeconds: new Float64Array(models.length),
  crowded: new Uint8Array(pools.length),
})

/**
 * Takes over new targets, cut to what the pools hold.
 *
 * Make before break: old replicas serve and draw until the slowest new one of their model is
 * ready, and then drain. Starts under way go on; those no longer wanted are lost.
 *
 * @param free nothing has run before: the first state costs nothing, for every policy alike
 */
export function changeTargets(
  arena: Arena,
  state: FleetState,
  wanted: readonly Int32Array[],
  free = false,
): Change {
  const most = (m: number, b: number) => Math.max(state.serving[m]![b]!, state.target[m]![b]!)
  const before = gpusOf(arena, most)
  const targets = cutToPools(arena, wanted)
  const startJoules = new Float64Array(arena.problem.regions.length)
  let starts = 0
  for (const m of arena.models.keys())
    starts += changeModel(arena, state, m, targets[m]!, startJoules)
  if (free) {
    settle(state, Number.POSITIVE_INFINITY)
    return { startJoules: startJoules.fill(0), freedGpus: before.fill(0), starts: 0 }
  }
  const both = gpusOf(arena, most)
  const after = gpusOf(arena, (m, b) => state.target[m]![b]!)
  for (const [p, { count }] of arena.pools.entries()) state.crowded[p] = both[p]! > count ? 1 : 0
  const freedGpus = before.map((gpus, p) => Math.max(0, gpus - after[p]!))
  return { startJoules, freedGpus, starts }
}

/** @returns starts; what they cost is added to `startJoules` */
function changeModel(
  arena: Arena,
  state: FleetState,
  m: number,
  targets: Int32Array,
  startJoules: Float64Array,
): number {
  let starts = 0
  let wait = 0
  let pending = false
  for (const [b, { point, region }] of arena.models[m]!.bins.entries()) {
    const [serving, next] = [state.serving[m]![b]!, targets[b]!]
    const fresh = Math.max(0, next - Math.max(serving, state.target[m]![b]!))
    starts += fresh
    startJoules[region]! += fresh * point.startJoules
    if (fresh > 0) wait = Math.max(wait, point.startSeconds)
    else if (next < serving) wait = Math.max(wait, DRAIN_SECONDS)
    pending ||= next > serving
    state.target[m]![b] = next
  }
  // What was under way keeps its pace as long as any of it is still wanted.
  state.waitSeconds[m] = Math.max(wait, pending ? state.waitSeconds[m]! : 0)
  return starts
}

/** Replicas that serve while the target is not ready. */
export function servingMeanwhile(arena: Arena, state: FleetState, m: number, b: number): number {
  const [serving, target] = [state.serving[m]![b]!, state.target[m]![b]!]
  return state.crowded[arena.models[m]!.bins[b]!.pool] === 1 ? Math.min(serving, target) : serving
}

/** Lets `seconds` go by. */
export function settle(state: FleetState, seconds: number): void {
  for (const [m, wait] of state.waitSeconds.entries()) {
    state.waitSeconds[m] = Math.max(0, wait - seconds)
    if (state.waitSeconds[m] === 0) state.serving[m]!.set(state.target[m]!)
  }
}

/** GPUs by pool. */
function gpusOf(arena: Arena, replicas: (m: number, b: number) => number): Float64Array {
  const gpus = new Float64Array(arena.pools.length)
  for (const [m, { bins }] of arena.models.entries()) {
    for (const [b, bin] of bins.entries()) gpus[bin.pool]! += bin.gpus * replicas(m, b)
  }
  return gpus
}

function cutToPools(arena: Arena, wanted: readonly Int32Array[]): Int32Array[] {
  const left = arena.pools.map(({ count }) => count)
  return arena.models.map(({ bins }, m) =>
    Int32Array.from(bins, ({ pool, gpus }, b) => {
      const replicas = Math.max(0, Math.min(wanted[m]![b]!, Math.floor(left[pool]! / gpus)))
      left[pool]! -= replicas * gpus
      return replicas
    }),
  )
}
