import { fixedCost, startCost, tokenCost } from './bin-costs.ts'
import { groupBy } from './group-by.ts'
import type { Instance } from './instance.ts'
import { type Lanes, lanesOf } from './lanes.ts'
import { type LinearModelBuilder, linearModelBuilder } from './linear-model-builder.ts'
import type { LinearModel } from './linear-solver.ts'
import { secondsBetween } from './time-batch.ts'

/** Windows [from, end) taken as one. */
export type Group = readonly [from: number, end: number]

/** The relaxed horizon in groups of windows, over some bins of each model. */
export interface GroupedModel {
  readonly linear: LinearModel
  /** By model and group: row of the starts of its first bin. */
  readonly starts: readonly Int32Array[]
  /** By batch work: row of its tokens; by group: column of its tokens/s, -1 outside its time. */
  readonly works: Int32Array
  readonly rates: readonly Int32Array[]
}

/** @param bins by model: the bins that there are */
export function groupedModel(
  instance: Instance,
  bins: readonly Int32Array[],
  groups: readonly Group[],
): GroupedModel {
  const builder = linearModelBuilder()
  const { models, pools, batch } = instance
  const inPools = groups.map(() => pools.map(() => [] as number[]))
  const rates = batch.map(() => new Int32Array(groups.length).fill(-1))
  const starts = models.map((_, m) => {
    const lanes = lanesOf(instance, m)
    const reaches = reachesOver(instance, m, bins[m]!, lanes)
    const parts = groups.map((group, k): Part => {
      const first = addReplicas(instance, builder, m, group, bins[m]!, inPools[k]!)
      return { m, group, bins: bins[m]!, lanes, reaches, first }
    })
    for (const [k, part] of parts.entries()) {
      addTraffic(instance, builder, part, (j, column) => {
        rates[j]![k] = column
      })
    }
    return Int32Array.from(parts, (part, k) => addStarts(instance, builder, part, parts[k - 1]))
  })
  for (const inPool of inPools) {
    for (const [p, entries] of inPool.entries()) builder.row(0, pools[p]!.count, entries)
  }
  const works = Int32Array.from(batch, ({ tokens }, j) => {
    const entries = groups.flatMap((group, k) =>
      rates[j]![k]! < 0 ? [] : [rates[j]![k]!, secondsOf(instance, j, group)],
    )
    return builder.row(tokens, Infinity, entries)
  })
  return { linear: builder.build(), starts, works, rates }
}

/** Columns of one group, but for those of works. */
export function columnsOfGroup(instance: Instance, bins: readonly Int32Array[]): number {
  return bins.reduce((sum, own, m) => {
    const flows = reachesOver(instance, m, own, lanesOf(instance, m)).map(
      ({ regions }) => regions.length,
    )
    return sum + 2 * own.length + flows.reduce((a, b) => a + b, 0)
  }, 0)
}

/** Lanes to which the same of some bins' regions are open: one flow into each will do for all of them. */
interface Reach {
  readonly regions: readonly number[]
  readonly lanes: readonly number[]
}

function reachesOver(
  instance: Instance,
  m: number,
  bins: Int32Array,
  { count, reaches }: Lanes,
): Reach[] {
  const R = instance.regionCount
  const regions = [...new Set(bins.map((b) => instance.models[m]!.region[b]!))]
  const openTo = (lane: number) => regions.filter((r) => reaches[lane * R + r] === 1)
  const byReach = groupBy(
    Array.from({ length: count }, (_, lane) => lane),
    (lane) => openTo(lane).join(),
  )
  return [...byReach.values()].map((lanes) => ({ regions: openTo(lanes[0]!), lanes }))
}

/** One model in one group. */
interface Part {
  readonly m: number
  readonly group: Group
  readonly bins: Int32Array
  readonly lanes: Lanes
  readonly reaches: readonly Reach[]
  /** Column of the replicas of the first bin, all of them full. */
  readonly first: number
}

/** @returns the column of the first bin */
function addReplicas(
  instance: Instance,
  builder: LinearModelBuilder,
  m: number,
  [from, end]: Group,
  bins: Int32Array,
  inPool: readonly number[][],
): number {
  const model = instance.models[m]!
  const first = builder.columnCount
  for (const b of bins) {
    let cost = 0
    for (let t = from; t < end; t++) {
      cost += fixedCost(instance, model, t, b)
      cost += tokenCost(instance, model, t, b) * model.capacity[b]!
    }
    inPool[model.pool[b]!]!.push(builder.column(cost), model.gpus[b]!)
  }
  return first
}

/** Mean traffic, and work while the group lasts, go to regions whose replicas carry them. */
function addTraffic(
  instance: Instance,
  builder: LinearModelBuilder,
  { m, group, bins, lanes, reaches, first }: Part,
  note: (j: number, column: number) => void,
): void {
  const model = instance.models[m]!
  const balances = new Map<number, number[]>()
  for (const [i, b] of bins.entries()) {
    const balance = balances.get(model.region[b]!) ?? []
    balance.push(first + i, model.capacity[b]!)
    balances.set(model.region[b]!, balance)
  }
  const rates = meanRates(instance, m, lanes, group)
  for (const { regions, lanes: together } of reaches) {
    const leaving = regions.flatMap((r) => {
      const flow = builder.column(0)
      balances.get(r)!.push(flow, -1)
      return [flow, 1]
    })
    for (const [j, work] of instance.batch.entries()) {
      const seconds = secondsOf(instance, j, group)
      if (work.model !== m || seconds === 0 || !together.includes(lanes.ofBatch[j]!)) continue
      const rate = builder.column(0)
      leaving.push(rate, -seconds / secondsBetween(instance, ...group))
      note(j, rate)
    }
    const total = together.reduce((sum, lane) => sum + rates[lane]!, 0)
    builder.row(total, Infinity, leaving)
  }
  for (const balance of balances.values()) builder.row(0, Infinity, balance)
}

/** @returns the row of the first bin: a start is every replica more than in the group before */
function addStarts(
  instance: Instance,
  builder: LinearModelBuilder,
  { m, group: [t], bins, first }: Part,
  before: Part | undefined,
): number {
  const row = builder.rowCount
  const model = instance.models[m]!
  for (const [i, b] of bins.entries()) {
    const entries = [builder.column(startCost(instance, model, t, b)), 1, first + i, -1]
    if (before) builder.row(0, Infinity, [...entries, before.first + i, 1])
    else builder.row(-model.running[b]!, Infinity, entries)
  }
  return row
}

/** Seconds of the group in which a work may run. */
export function secondsOf(instance: Instance, j: number, [from, end]: Group): number {
  const { first, deadline } = instance.batch[j]!
  return secondsBetween(instance, Math.max(from, first), Math.min(end, deadline))
}

function meanRates({ models }: Instance, m: number, lanes: Lanes, [from, end]: Group) {
  const rates = new Float64Array(lanes.count)
  for (const [s, { rate }] of models[m]!.sources.entries()) {
    const sum = rate.subarray(from, end).reduce((a, b) => a + b, 0)
    rates[lanes.ofSource[s]!]! += sum / (end - from)
  }
  return rates
}
