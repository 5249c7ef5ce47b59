import { fixedCost, startCost, tokenCost } from './bin-costs.ts'
import type { HorizonColumns } from './horizon-columns.ts'
import { addChangeLimits } from './horizon-limits.ts'
import { hullBins } from './hull-bins.ts'
import type { Instance } from './instance.ts'
import { type LinearModelBuilder, linearModelBuilder } from './linear-model-builder.ts'
import type { LinearModel } from './linear-solver.ts'
import type { ModelInstance, Source } from './model-instance.ts'

/** Where each decision stands among the columns: index = first + window * width + offset. */
export interface HorizonModel {
  readonly linear: LinearModel
  /** By model: first column of replicas, loads and starts, each [window][bin]. */
  readonly replicas: Int32Array
  readonly loads: Int32Array
  readonly starts: Int32Array
  /** By batch work: first column of its rates, [window from `first`][region in its list]. */
  readonly batch: Int32Array
  /** By model: first row of the replica floor, of capacity [window][bin], of starts [window][bin]. */
  readonly capacityRows: Int32Array
  readonly startRows: Int32Array
  readonly floorRows: Int32Array
  /** By model: first row of the balance, [window][region]. */
  readonly balanceRows: Int32Array
  /** First pool row, [window][pool]. */
  readonly poolRow: number
  /** By batch work: its row. */
  readonly batchRows: Int32Array
}

export interface HorizonOptions {
  /** Whole replicas (a MILP), or their relaxation (an LP). */
  readonly whole: boolean
  /** Only replicas of `hullBins`: a fraction of the time, and nearly the same prices. */
  readonly hullOnly?: boolean
}

/**
 * The whole horizon in one model: docs/planning.md, equations (1) to (11). For small problems, for
 * prices of middling ones, and as the oracle that larger methods are measured against.
 */
export function horizonModel(instance: Instance, options: HorizonOptions): HorizonModel {
  const builder = linearModelBuilder()
  const { models, windowCount: T } = instance
  const first = (column: (model: ModelInstance, t: number, b: number, m: number) => void) =>
    Int32Array.from(models, (model, m) => {
      const at = builder.columnCount
      for (let t = 0; t < T; t++) for (let b = 0; b < model.binCount; b++) column(model, t, b, m)
      return at
    })
  const hulls = options.hullOnly ? models.map((_, m) => new Set(hullBins(instance, m))) : []
  const replicas = first((model, t, b, m) => {
    const most = Math.floor(instance.pools[model.pool[b]!]!.count / model.gpus[b]!)
    const isKept = hulls[m]?.has(b) ?? true
    builder.column(fixedCost(instance, model, t, b), isKept ? most : 0, options.whole)
  })
  const loads = first((model, t, b) => builder.column(tokenCost(instance, model, t, b)))
  const starts = first((model, t, b) => builder.column(startCost(instance, model, t, b)))
  const batch = Int32Array.from(instance.batch, ({ first: from, deadline, regions }) => {
    const at = builder.columnCount
    for (let i = 0; i < (deadline - from) * regions.length; i++) builder.column(0)
    return at
  })
  const columns = { replicas, loads, starts, batch }
  const rows = {
    balanceRows: addTraffic(instance, builder, columns),
    ...addCapacity(instance, builder, columns),
    ...addStarts(instance, builder, columns),
    poolRow: addPools(instance, builder, columns),
    batchRows: addBatch(instance, builder, columns),
  }
  addChangeLimits(instance, builder, columns, options.whole)
  return { linear: builder.build(), ...columns, ...rows }
}

/** Every source's traffic goes to its regions; what a region's bins serve is what came. */
function addTraffic(instance: Instance, builder: LinearModelBuilder, columns: HorizonColumns) {
  const { windowCount: T, regionCount: R } = instance
  return Int32Array.from(instance.models, (model, m) => {
    const balances = Array.from({ length: T * R }, () => [] as number[])
    for (let t = 0; t < T; t++) {
      for (const source of model.sources) addSource(builder, source, t, balances, R)
      for (let b = 0; b < model.binCount; b++) {
        balances[t * R + model.region[b]!]!.push(columns.loads[m]! + t * model.binCount + b, 1)
      }
    }
    takeBatch(instance, m, columns, balances)
    const first = builder.rowCount
    for (const entries of balances) builder.row(0, 0, entries)
    return first
  })
}

/** What a source sends anywhere is what it has; each flow comes off its region's balance. */
function addSource(
  builder: LinearModelBuilder,
  { rate, regions }: Source,
  t: number,
  balances: readonly number[][],
  R: number,
): void {
  const flows: number[] = []
  for (const r of regions) {
    const flow = builder.column(0)
    flows.push(flow, 1)
    balances[t * R + r]!.push(flow, -1)
  }
  builder.row(rate[t]!, rate[t]!, flows)
}

/** Every token/s of batch work comes off the balance of the region that does it. */
function takeBatch(
  instance: Instance,
  m: number,
  columns: HorizonColumns,
  balances: readonly number[][],
): void {
  const { regionCount: R } = instance
  for (const [j, { model, first, deadline, regions }] of instance.batch.entries()) {
    let column = columns.batch[j]!
    if (model !== m) continue
    for (let t = first; t < deadline; t++) {
      for (const r of regions) balances[t * R + r]!.push(column++, -1)
    }
  }
}

/** Replicas carry no more than their capacity, and are no fewer than the model's floor. */
function addCapacity(instance: Instance, builder: LinearModelBuilder, columns: HorizonColumns) {
  const { windowCount: T, models } = instance
  const capacityRows = Int32Array.from(models, (model, m) => {
    const first = builder.rowCount
    for (let i = 0; i < T * model.binCount; i++) {
      const capacity = model.capacity[i % model.binCount]!
      builder.row(0, Infinity, [columns.replicas[m]! + i, capacity, columns.loads[m]! + i, -1])
    }
    return first
  })
  const floorRows = Int32Array.from(models, (model, m) => {
    const first = builder.rowCount
    for (let t = 0; t < T; t++) {
      const entries: number[] = []
      for (let b = 0; b < model.binCount; b++) {
        entries.push(columns.replicas[m]! + t * model.binCount + b, 1)
      }
      builder.row(model.minReplicas, Infinity, entries)
    }
    return first
  })
  return { capacityRows, floorRows }
}

/** A start is every replica more than in the window before. */
function addStarts(instance: Instance, builder: LinearModelBuilder, columns: HorizonColumns) {
  const startRows = Int32Array.from(instance.models, (model, m) => {
    const B = model.binCount
    const first = builder.rowCount
    for (let i = 0; i < instance.windowCount * B; i++) {
      const entries = [columns.starts[m]! + i, 1, columns.replicas[m]! + i, -1]
      if (i >= B) entries.push(columns.replicas[m]! + i - B, 1)
      builder.row(i < B ? -model.running[i]! : 0, Infinity, entries)
    }
    return first
  })
  return { startRows }
}

/** Replicas of all models share a pool; with make-before-break, starting ones hold it early. */
function addPools(instance: Instance, builder: LinearModelBuilder, columns: HorizonColumns) {
  const { windowCount: T, pools } = instance
  const overlap = instance.problem.policy.makeBeforeBreak === true
  const entries = Array.from({ length: T * pools.length }, () => [] as number[])
  for (const [m, model] of instance.models.entries()) {
    for (let t = 0; t < T; t++) {
      for (let b = 0; b < model.binCount; b++) {
        const row = entries[t * pools.length + model.pool[b]!]!
        const at = t * model.binCount + b
        row.push(columns.replicas[m]! + at, model.gpus[b]!)
        if (overlap && model.slowStart[b] === 1 && t + 1 < T) {
          row.push(columns.starts[m]! + at + model.binCount, model.gpus[b]!)
        }
      }
    }
  }
  const first = builder.rowCount
  for (const [i, row] of entries.entries()) builder.row(0, pools[i % pools.length]!.count, row)
  return first
}

/** Deferrable tokens are all done between release and deadline. */
function addBatch(instance: Instance, builder: LinearModelBuilder, columns: HorizonColumns) {
  return Int32Array.from(instance.batch, (work, j) => {
    const entries: number[] = []
    for (let i = 0; i < (work.deadline - work.first) * work.regions.length; i++) {
      const t = work.first + Math.floor(i / work.regions.length)
      entries.push(columns.batch[j]! + i, instance.windowSeconds[t]!)
    }
    return builder.row(work.tokens, Infinity, entries)
  })
}
