import { fixedCost, startCost, tokenCost } from './bin-costs.ts'
import type { Instance } from './instance.ts'
import { type Lanes, lanesOf } from './lanes.ts'
import type { ModelInstance } from './model-instance.ts'
import type { PlanningProblem } from './problem.ts'

/**
 * A plan in the making: whole replicas, and the batch rates they must carry. Everything else (loads,
 * starts, cost) follows from these.
 */
export interface Draft {
  readonly instance: Instance
  readonly lanes: readonly Lanes[]
  /** By model, [window * binCount + bin]. Changed through `addReplicas` only. */
  readonly replicas: readonly Int32Array[]
  /** By model, tokens/s, [window * laneCount + lane]: interactive and batch. */
  readonly rates: readonly Float64Array[]
  /**
   * By model, tokens/s, [window]: of those to be ready for, how many are expected to come. The rest is
   * head-room, whose replicas draw what they draw without load. Infinity: all.
   */
  readonly expected: readonly Float64Array[]
  /** By batch work, tokens/s, [window]. Changed through `addBatch` only. */
  readonly batchRates: readonly Float64Array[]
  /** GPUs spoken for, [window * poolCount + pool]. */
  readonly held: Float64Array
  /** By model, bins in order of energy a token, [window * binCount + rank]. */
  readonly order: readonly Int32Array[]
  /** First and last window that share replica counts with this one (quiet windows). */
  readonly groupFirst: Int32Array
  readonly groupLast: Int32Array
  /** Counts up to this window are those that run already (a quiet beginning); -1: none. */
  readonly frozenUntil: number
  /** What runs already holds its GPUs in window 0, beside what is started there. */
  readonly runningHolds: boolean
}

/**
 * @param holdWindows replica counts may change in every so many windows only
 * @param runningHolds whether a replica that stops in window 0 keeps its GPUs until it is over
 */
export function emptyDraft(instance: Instance, holdWindows = 1, runningHolds = false): Draft {
  const { models, windowCount: T } = instance
  const lanes = models.map((_, m) => lanesOf(instance, m))
  const groups = quietGroups(instance, holdWindows)
  const draft: Draft = {
    instance,
    lanes,
    replicas: models.map(({ binCount }) => new Int32Array(T * binCount)),
    rates: lanes.map(({ count }) => new Float64Array(T * count)),
    expected: models.map(() => new Float64Array(T).fill(Number.POSITIVE_INFINITY)),
    batchRates: instance.batch.map(() => new Float64Array(T)),
    held: new Float64Array(T * instance.pools.length),
    order: models.map((_, m) => orderOf(instance, m)),
    ...groups,
    frozenUntil: isQuietBeginning(instance.problem) ? groups.groupLast[0]! : -1,
    runningHolds,
  }
  if (runningHolds) holdRunning(draft)
  for (const [m, { sources }] of models.entries()) {
    const { count, ofSource } = lanes[m]!
    for (const [s, { rate }] of sources.entries()) {
      for (let t = 0; t < T; t++) draft.rates[m]![t * count + ofSource[s]!]! += rate[t]!
    }
  }
  keepRunning(draft)
  return draft
}

/** The first window is quiet, and something runs that has to stay. */
export const isQuietBeginning = ({ policy, running }: PlanningProblem): boolean =>
  running.length > 0 && policy.quietWindows?.includes(0) === true

function holdRunning({ instance, held }: Draft): void {
  for (const { running, pool, gpus } of instance.models) {
    for (const [b, count] of running.entries()) held[pool[b]!]! += gpus[b]! * count
  }
}

function keepRunning(draft: Draft): void {
  for (const [m, model] of draft.instance.models.entries()) {
    for (let t = 0; t <= draft.frozenUntil; t++) {
      for (const [b, count] of model.running.entries()) addReplicas(draft, m, t, b, count)
    }
  }
}

/** With a carbon budget the cleanest come first: then the loads add as little as they can to it. */
function orderOf(instance: Instance, m: number): Int32Array {
  const model = instance.models[m]!
  const B = model.binCount
  const order = new Int32Array(instance.windowCount * B)
  const cost = new Float64Array(B)
  for (let t = 0; t < instance.windowCount; t++) {
    for (let b = 0; b < B; b++) cost[b] = loadCost(instance, model, t, b)
    const row = Int32Array.from(cost.keys()).sort((a, b) => cost[a]! - cost[b]! || a - b)
    order.set(row, t * B)
  }
  return order
}

function loadCost(instance: Instance, model: ModelInstance, t: number, b: number): number {
  const { policy, regions } = instance.problem
  if (policy.carbonBudgetGPerDay === undefined) return tokenCost(instance, model, t, b)
  const { pue, carbonGPerKwh } = regions[model.region[b]!]!
  return pue * carbonGPerKwh[t]! * model.tokenKw[b]! * model.comingShare[t]!
}

function quietGroups({ windowCount: T, problem }: Instance, holdWindows: number) {
  const quiet = new Set(problem.policy.quietWindows ?? [])
  const isHeld = (t: number) => quiet.has(t) || t % holdWindows !== 0
  const groupFirst = Int32Array.from({ length: T }, (_, t) => t)
  const groupLast = groupFirst.slice()
  for (let t = 1; t < T; t++) if (isHeld(t)) groupFirst[t] = groupFirst[t - 1]!
  for (let t = T - 2; t >= 0; t--) if (isHeld(t + 1)) groupLast[t] = groupLast[t + 1]!
  return { groupFirst, groupLast }
}

export function addBatch(draft: Draft, job: number, t: number, tokensPerSecond: number): void {
  const { model } = draft.instance.batch[job]!
  const { count, ofBatch } = draft.lanes[model]!
  draft.batchRates[job]![t]! += tokensPerSecond
  draft.rates[model]![t * count + ofBatch[job]!]! += tokensPerSecond
}

/** Whether one more replica of bin `b` fits in window `t` alone. */
export function fits(draft: Draft, m: number, t: number, b: number): boolean {
  if (t <= draft.frozenUntil) return false
  const model = draft.instance.models[m]!
  const pool = model.pool[b]!
  const { pools } = draft.instance
  const room = pools[pool]!.count - model.gpus[b]! + 1e-9
  if (t === 0 && draft.runningHolds) {
    return draft.replicas[m]![b]! < model.running[b]! || draft.held[pool]! <= room
  }
  if (!holdsEarly(draft, m, b)) return draft.held[t * pools.length + pool]! <= room
  const counts = draft.replicas[m]!
  const B = model.binCount
  const now = counts[t * B + b]!
  const after = t + 1 < draft.instance.windowCount ? counts[(t + 1) * B + b]! : 0
  const before = t > 0 ? counts[(t - 1) * B + b]! : Number.POSITIVE_INFINITY
  return (
    (now < after || draft.held[t * pools.length + pool]! <= room) &&
    (now < before || draft.held[(t - 1) * pools.length + pool]! <= room)
  )
}

/** Adds (or, negative, takes away) replicas of bin `b` in window `t`, without asking for room. */
export function addReplicas(draft: Draft, m: number, t: number, b: number, count: number): void {
  const model = draft.instance.models[m]!
  const P = draft.instance.pools.length
  const B = model.binCount
  const counts = draft.replicas[m]!
  const held = draft.held
  const at = t * P + model.pool[b]!
  const gpus = model.gpus[b]!
  const now = counts[t * B + b]!
  const next = now + count
  counts[t * B + b] = next
  if (t === 0 && draft.runningHolds) {
    const kept = model.running[b]!
    held[at]! += gpus * (Math.max(next, kept) - Math.max(now, kept))
    return
  }
  if (!holdsEarly(draft, m, b)) {
    held[at]! += gpus * count
    return
  }
  const after = t + 1 < draft.instance.windowCount ? counts[(t + 1) * B + b]! : 0
  held[at]! += gpus * (Math.max(next, after) - Math.max(now, after))
  if (t === 0) return
  const before = counts[(t - 1) * B + b]!
  held[at - P]! += gpus * (Math.max(next, before) - Math.max(now, before))
}

const holdsEarly = (draft: Draft, m: number, b: number): boolean =>
  draft.instance.problem.policy.makeBeforeBreak === true &&
  draft.instance.models[m]!.slowStart[b] === 1

/** Starts of bin `b` in window `t`. */
export function startsOf(draft: Draft, m: number, t: number, b: number): number {
  const model = draft.instance.models[m]!
  const counts = draft.replicas[m]!
  const before = t > 0 ? counts[(t - 1) * model.binCount + b]! : model.running[b]!
  return Math.max(0, counts[t * model.binCount + b]! - before)
}

/** Objective of the starts of bin `b` that a change in windows [from, to] can touch. */
export function startCostAround(
  draft: Draft,
  m: number,
  b: number,
  from: number,
  to: number,
): number {
  const model = draft.instance.models[m]!
  let cost = 0
  for (let t = from; t <= Math.min(to + 1, draft.instance.windowCount - 1); t++) {
    const starts = startsOf(draft, m, t, b)
    if (starts > 0) cost += starts * startCost(draft.instance, model, t, b)
  }
  return cost
}

/** Objective of the replicas of model `m` in window `t`, without load and starts. */
export function fixedCostOf(draft: Draft, m: number, t: number): number {
  const model = draft.instance.models[m]!
  const counts = draft.replicas[m]!
  let cost = 0
  for (let b = 0; b < model.binCount; b++) {
    const count = counts[t * model.binCount + b]!
    if (count > 0) cost += count * fixedCost(draft.instance, model, t, b)
  }
  return cost
}
