import { fixedCost, tokenCost } from './bin-costs.ts'
import { hullBins } from './hull-bins.ts'
import type { Instance } from './instance.ts'
import { type Lanes, lanesOf } from './lanes.ts'
import { type LinearModelBuilder, linearModelBuilder } from './linear-model-builder.ts'
import type { LinearSolver } from './linear-solver.ts'
import { mostBatch } from './time-batch.ts'

/** Groups of windows that a long horizon is looked at in. */
const GROUPS = 12
/** Most columns of the coarse LP: some seconds of the solver. */
const MOST_COLUMNS = 80_000

/**
 * What one token of each batch work should cost: the dual of its deadline in a coarse LP of the whole
 * horizon, in groups of windows taken as one. Good enough to time work by, and never wrong as a bound,
 * which holds for any price.
 *
 * @returns undefined where that LP would be too large
 */
export function batchPrices(instance: Instance, solver: LinearSolver): Float64Array | undefined {
  const { windowCount: T, batch } = instance
  if (batch.length === 0) return new Float64Array(0)
  if (GROUPS * columnsOfGroup(instance) > MOST_COLUMNS) return undefined
  const builder = linearModelBuilder()
  const size = Math.ceil(T / GROUPS)
  const works = batch.map(() => [] as number[])
  for (let from = 0; from < T; from += size) {
    addGroup(instance, builder, [from, Math.min(T, from + size)], works)
  }
  const rows = batch.map(({ tokens }, j) => builder.row(tokens, Infinity, works[j]!))
  const { rowDuals } = solver.solve(builder.build())
  return Float64Array.from(rows, (row) => Math.max(0, rowDuals[row]!))
}

function columnsOfGroup(instance: Instance): number {
  let columns = 0
  for (const m of instance.models.keys()) {
    const flows = lanesOf(instance, m).reaches.reduce((sum, one) => sum + one, 0)
    columns += hullBins(instance, m).length + flows
  }
  return columns
}

/** Windows [from, end) taken as one. */
type Group = readonly [from: number, end: number]

/** One group's loads, its traffic (mean rates) and its pools; what work may do goes to `works`. */
function addGroup(
  instance: Instance,
  builder: LinearModelBuilder,
  [from, end]: Group,
  works: readonly number[][],
): void {
  const { models, pools, regionCount: R } = instance
  const inPool = pools.map(() => [] as number[])
  for (const m of models.keys()) {
    const balances = addLoads(instance, builder, m, [from, end], inPool)
    const lanes = lanesOf(instance, m)
    const leaving = Array.from({ length: lanes.count }, () => [] as number[])
    for (const [i, reaches] of lanes.reaches.entries()) {
      if (reaches === 0) continue
      const flow = builder.column(0)
      leaving[Math.floor(i / R)]!.push(flow, 1)
      balances[i % R]!.push(flow, -1)
    }
    addWork(instance, builder, m, [from, end], lanes, leaving, works)
    for (const [lane, rate] of meanRates(instance, m, lanes, from, end).entries()) {
      builder.row(rate, Infinity, leaving[lane]!)
    }
    for (const balance of balances) builder.row(0, Infinity, balance)
  }
  for (const [p, { count }] of pools.entries()) builder.row(0, count, inPool[p]!)
}

/** Tokens/s of work while the group lasts, taken off what its lane sends anywhere. */
function addWork(
  instance: Instance,
  builder: LinearModelBuilder,
  m: number,
  [from, end]: Group,
  { ofBatch }: Lanes,
  leaving: readonly number[][],
  works: readonly number[][],
): void {
  const { batch, windowSeconds } = instance
  const secondsIn = (first: number, last: number) =>
    windowSeconds.subarray(first, Math.max(first, last)).reduce((a, b) => a + b, 0)
  const length = secondsIn(from, end)
  for (const [j, work] of batch.entries()) {
    const seconds = secondsIn(Math.max(from, work.first), Math.min(end, work.deadline))
    if (work.model !== m || seconds === 0) continue
    const column = builder.column(0, mostBatch(instance, j))
    leaving[ofBatch[j]!]!.push(column, -seconds / length)
    works[j]!.push(column, seconds)
  }
}

function meanRates({ models }: Instance, m: number, lanes: Lanes, from: number, end: number) {
  const rates = new Float64Array(lanes.count)
  for (const [s, { rate }] of models[m]!.sources.entries()) {
    const sum = rate.subarray(from, end).reduce((a, b) => a + b, 0)
    rates[lanes.ofSource[s]!]! += sum / (end - from)
  }
  return rates
}

/** A column of tokens/s for every bin worth it. @returns the entries of each region's balance */
function addLoads(
  instance: Instance,
  builder: LinearModelBuilder,
  m: number,
  [from, end]: Group,
  inPool: readonly number[][],
): number[][] {
  const model = instance.models[m]!
  const balances = Array.from({ length: instance.regionCount }, () => [] as number[])
  for (const b of hullBins(instance, m)) {
    let cost = 0
    for (let t = from; t < end; t++) {
      cost += fixedCost(instance, model, t, b) / model.capacity[b]!
      cost += tokenCost(instance, model, t, b)
    }
    const column = builder.column(cost)
    inPool[model.pool[b]!]!.push(column, model.gpus[b]! / model.capacity[b]!)
    balances[model.region[b]!]!.push(column, 1)
  }
  return balances
}
