import { fixedCost, tokenCost } from './bin-costs.ts'
import { hullBins } from './hull-bins.ts'
import type { Instance } from './instance.ts'
import { type Lanes, lanesOf } from './lanes.ts'
import { type LinearModelBuilder, linearModelBuilder } from './linear-model-builder.ts'
import type { LinearModel } from './linear-solver.ts'

/**
 * One window of the horizon as an LP over loads, kept in the solver while the windows pass by: only
 * costs, traffic and what work may do change. It knows no starts.
 */
export interface WindowModel {
  readonly linear: LinearModel
  readonly lanes: readonly Lanes[]
  readonly bins: readonly Int32Array[]
  /** By model: first column of loads (by hull bin), and of the misses (by lane). */
  readonly loads: Int32Array
  /** By model: first column of head-room (by hull bin), and the row that ends it; empty without. */
  readonly spares: Int32Array
  readonly spareRows: Int32Array
  readonly misses: Int32Array
  /** By batch work: its column of tokens/s. */
  readonly batch: Int32Array
  /** By model: first row of lanes. */
  readonly laneRows: Int32Array
  readonly poolRow: number
}

/** @param withSpare whether some of the traffic to be ready for may be head-room that loads nothing */
export function windowModel(instance: Instance, withSpare = false): WindowModel {
  const builder = linearModelBuilder()
  const { models, pools, regionCount: R } = instance
  const lanes = models.map((_, m) => lanesOf(instance, m))
  const bins = models.map((_, m) => hullBins(instance, m))
  const columns = (count: (m: number) => number) =>
    Int32Array.from(models, (_, m) => {
      const at = builder.columnCount
      for (let i = 0; i < count(m); i++) builder.column(0)
      return at
    })
  const loads = columns((m) => bins[m]!.length)
  const spares = withSpare ? columns((m) => bins[m]!.length) : new Int32Array(0)
  const misses = columns((m) => lanes[m]!.count)
  const batch = Int32Array.from(instance.batch, () => builder.column(0, 0))
  const poolEntries = pools.map(() => [] as number[])
  const balances = models.map(() => Array.from({ length: R }, () => [] as number[]))
  for (const firsts of withSpare ? [loads, spares] : [loads]) {
    for (const [m, model] of models.entries()) {
      for (const [i, b] of bins[m]!.entries()) {
        balances[m]![model.region[b]!]!.push(firsts[m]! + i, 1)
        poolEntries[model.pool[b]!]!.push(firsts[m]! + i, model.gpus[b]! / model.capacity[b]!)
      }
    }
  }
  const laneRows = Int32Array.from(models, (_, m) =>
    addLanes(builder, lanes[m]!, misses[m]!, batch, balances[m]!),
  )
  for (const rows of balances) for (const entries of rows) builder.row(0, 0, entries)
  const spareRows = spares.map((first, m) => addSpare(builder, first, bins[m]!.length))
  return {
    lanes,
    bins,
    loads,
    spares,
    spareRows,
    misses,
    batch,
    laneRows,
    poolRow: pools.map(({ count }, p) => builder.row(0, count, poolEntries[p]!))[0]!,
    linear: builder.build(),
  }
}

/** Ends the head-room of one model. @returns the row */
function addSpare(builder: LinearModelBuilder, first: number, count: number): number {
  const entries = Array.from({ length: count }, (_, i) => [first + i, 1])
  return builder.row(0, 0, entries.flat())
}

/**
 * One row a lane: what it sends anywhere, and what it misses, is its traffic and its batch work.
 *
 * @returns the first row
 */
function addLanes(
  builder: LinearModelBuilder,
  lanes: Lanes,
  firstMiss: number,
  batch: Int32Array,
  balances: readonly number[][],
): number {
  const first = builder.rowCount
  for (let lane = 0; lane < lanes.count; lane++) {
    const works = batch.filter((_, j) => lanes.ofBatch[j] === lane)
    const entries = [firstMiss + lane, 1, ...[...works].flatMap((column) => [column, -1])]
    for (const [r, balance] of balances.entries()) {
      if (lanes.reaches[lane * balances.length + r] === 0) continue
      const flow = builder.column(0)
      entries.push(flow, 1)
      balance.push(flow, -1)
    }
    builder.row(0, 0, entries)
  }
  return first
}

/** Costs of window `t`; `missCost` is charged for a token/s that nobody serves, a token of work earns its price. */
export function windowCosts(
  instance: Instance,
  model: WindowModel,
  t: number,
  missCost: number,
  workPrices: Float64Array,
  costs: Float64Array,
): void {
  for (const [j, price] of workPrices.entries()) {
    costs[model.batch[j]!] = -price * instance.windowSeconds[t]!
  }
  for (const [m, of] of instance.models.entries()) {
    for (const [i, b] of model.bins[m]!.entries()) {
      const ready = fixedCost(instance, of, t, b) / of.capacity[b]!
      costs[model.loads[m]! + i] = ready + tokenCost(instance, of, t, b)
      if (model.spares.length > 0) costs[model.spares[m]! + i] = ready
    }
    for (let lane = 0; lane < model.lanes[m]!.count; lane++) {
      costs[model.misses[m]! + lane] = missCost
    }
  }
}
