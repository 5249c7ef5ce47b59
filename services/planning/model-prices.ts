import { fixedCost, startCost, tokenCost } from './bin-costs.ts'
import type { Instance } from './instance.ts'
import { lanesOf } from './lanes.ts'
import { type LinearModelBuilder, linearModelBuilder } from './linear-model-builder.ts'
import type { LinearSolver } from './linear-solver.ts'
import type { PricedFractions } from './prices.ts'

/** Most columns of all LPs together: some seconds of the solver. */
const MOST_COLUMNS = 150_000
/** Fractions below this are the solver's tolerance. */
const LEAST = 1e-9

/**
 * Prices of starts and of batch work for a horizon that was priced window by window: with GPUs at
 * their prices every model is on its own, and the LP of its whole horizon has their duals. It knows
 * the bins that the windows' optima use. One step of block coordinate ascent on the dual: the prices
 * so far, with starts for nothing, are one of the choices.
 *
 * @param isLate whether to keep the prices there are from here on
 * @returns prices as they were, too, where the LPs would be too large, or one has no answer
 */
export function modelPrices(
  instance: Instance,
  solver: LinearSolver,
  priced: PricedFractions,
  isLate: () => boolean,
): Pick<PricedFractions, 'workPrices' | 'startPrices'> {
  const { models, windowCount } = instance
  const workPrices = priced.workPrices.slice()
  const bins = models.map((_, m) => binsInUse(instance, priced, m))
  const columns = bins.reduce((sum, own, m) => sum + columnsOf(instance, m, own), 0)
  if (columns > MOST_COLUMNS) return { workPrices }
  const startPrices = models.map(({ binCount }, m) => {
    const prices = new Float64Array(windowCount * binCount)
    // A model that carries nothing starts nothing.
    if (bins[m]!.length === 0 || isLate()) return prices
    const model = modelLp(instance, priced, m, bins[m]!)
    const { status, rowDuals } = solver.solve(model.builder.build())
    if (status === 'optimal') readPrices(model, rowDuals, prices, workPrices)
    return prices
  })
  return { workPrices, startPrices }
}

/** Of one model's LP, but for those of work: replicas, starts and flows. */
function columnsOf(instance: Instance, m: number, bins: Int32Array): number {
  const R = instance.regionCount
  const regions = new Set(bins.map((b) => instance.models[m]!.region[b]!))
  const flows = lanesOf(instance, m).reaches.filter((one, i) => one === 1 && regions.has(i % R))
  return instance.windowCount * (2 * bins.length + flows.length)
}

/** One model's horizon: whole-time columns of full replicas, rows by what they price. */
interface ModelLp {
  readonly builder: LinearModelBuilder
  readonly binCount: number
  readonly bins: Int32Array
  /** Column of the replicas of the first bin in a window. */
  readonly replicas: Int32Array
  /** Row of the starts of the first bin in a window. */
  readonly starts: Int32Array
  /** By index of work: row of its tokens. */
  readonly works: ReadonlyMap<number, number>
}

function modelLp(
  instance: Instance,
  priced: PricedFractions,
  m: number,
  bins: Int32Array,
): ModelLp {
  const builder = linearModelBuilder()
  const replicas = Int32Array.from({ length: instance.windowCount }, (_, t) =>
    addReplicas(instance, builder, priced, m, t, bins),
  )
  const entries = new Map<number, number[]>()
  for (const [j, { model }] of instance.batch.entries()) if (model === m) entries.set(j, [])
  for (const [t, first] of replicas.entries()) {
    addTraffic(instance, builder, m, t, { bins, first, works: entries })
  }
  const starts = replicas.map((first, t) =>
    addStarts(instance, builder, m, t, { bins, first, before: replicas[t - 1] }),
  )
  const works = new Map(
    [...entries].map(([j, row]) => [j, builder.row(instance.batch[j]!.tokens, Infinity, row)]),
  )
  return { builder, binCount: instance.models[m]!.binCount, bins, replicas, starts, works }
}

function binsInUse(
  { models, windowCount: T }: Instance,
  { fractions }: PricedFractions,
  m: number,
) {
  const B = models[m]!.binCount
  const isUsed = (b: number) => {
    for (let t = 0; t < T; t++) if (fractions[m]![t * B + b]! > LEAST) return true
    return false
  }
  return Int32Array.from({ length: B }, (_, b) => b).filter(isUsed)
}

/** @returns the column of the first bin: full replicas, their GPUs at their price */
function addReplicas(
  instance: Instance,
  builder: LinearModelBuilder,
  { gpuPrices }: PricedFractions,
  m: number,
  t: number,
  bins: Int32Array,
): number {
  const model = instance.models[m]!
  const first = builder.columnCount
  for (const b of bins) {
    const gpus = gpuPrices[t * instance.pools.length + model.pool[b]!]! * model.gpus[b]!
    const load = tokenCost(instance, model, t, b) * model.capacity[b]!
    builder.column(fixedCost(instance, model, t, b) + load + gpus)
  }
  return first
}

interface WindowColumns {
  readonly bins: Int32Array
  readonly first: number
  /** By index of work: entries of its row. */
  readonly works: ReadonlyMap<number, number[]>
}

/** Traffic and work of a window go to regions whose replicas carry it. */
function addTraffic(
  instance: Instance,
  builder: LinearModelBuilder,
  m: number,
  t: number,
  { bins, first, works }: WindowColumns,
): void {
  const model = instance.models[m]!
  const R = instance.regionCount
  const lanes = lanesOf(instance, m)
  const balances = new Map<number, number[]>()
  for (const [i, b] of bins.entries()) {
    const r = model.region[b]!
    balances.set(r, [...(balances.get(r) ?? []), first + i, model.capacity[b]!])
  }
  const leaving = Array.from({ length: lanes.count }, (_, lane) => {
    const flows: number[] = []
    for (const [r, balance] of balances) {
      if (lanes.reaches[lane * R + r] === 0) continue
      const flow = builder.column(0)
      flows.push(flow, 1)
      balance.push(flow, -1)
    }
    return flows
  })
  for (const [j, row] of works) {
    const { first: from, deadline } = instance.batch[j]!
    if (t < from || t >= deadline) continue
    const rate = builder.column(0)
    leaving[lanes.ofBatch[j]!]!.push(rate, -1)
    row.push(rate, instance.windowSeconds[t]!)
  }
  const rates = new Float64Array(lanes.count)
  for (const [s, { rate }] of model.sources.entries()) rates[lanes.ofSource[s]!]! += rate[t]!
  for (const [lane, flows] of leaving.entries()) builder.row(rates[lane]!, Infinity, flows)
  for (const balance of balances.values()) builder.row(0, Infinity, balance)
}

/** @returns the row of the first bin: a start is every replica more than in the window before */
function addStarts(
  instance: Instance,
  builder: LinearModelBuilder,
  m: number,
  t: number,
  { bins, first, before }: Omit<WindowColumns, 'works'> & { readonly before: number | undefined },
): number {
  const row = builder.rowCount
  const model = instance.models[m]!
  for (const [i, b] of bins.entries()) {
    const entries = [builder.column(startCost(instance, model, t, b)), 1, first + i, -1]
    if (before === undefined) builder.row(-model.running[b]!, Infinity, entries)
    else builder.row(0, Infinity, [...entries, before + i, 1])
  }
  return row
}

/** Start prices are written to `prices`, [window * binCount + bin], those of its work to `workPrices`. */
function readPrices(
  { bins, binCount: B, starts, works }: ModelLp,
  duals: Float64Array,
  prices: Float64Array,
  workPrices: Float64Array,
): void {
  for (const [t, row] of starts.entries()) {
    for (const [i, b] of bins.entries()) prices[t * B + b] = Math.max(0, duals[row + i]!)
  }
  for (const [j, row] of works) workPrices[j] = Math.max(0, duals[row]!)
}
