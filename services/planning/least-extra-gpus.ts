import { horizonModel } from './horizon-model.ts'
import { compileInstance } from './instance.ts'
import type { LinearModel, LinearSolver } from './linear-solver.ts'
import type { PlanningProblem } from './problem.ts'
import { windowsInWords } from './window-words.ts'

export interface ExtraGpus {
  readonly region: string
  readonly gpu: string
  readonly count: number
  readonly words: string
}

/** Whole-number models up to this size are asked exactly, larger ones in fractions. */
const WHOLE_LIMIT = 600
const SECONDS = 10

/**
 * The fewest GPUs more (the sum of each pool's highest need) with which a plan exists; empty where
 * one exists already, undefined where no number of GPUs helps.
 */
export function leastExtraGpus(
  problem: PlanningProblem,
  solver: LinearSolver,
): ExtraGpus[] | undefined {
  const most = problem.models.reduce((sum, model) => sum + demandGpus(model), 8)
  const roomy: PlanningProblem = {
    ...problem,
    regions: problem.regions.map((region) => ({
      ...region,
      pools: region.pools.map((pool) => ({ ...pool, count: pool.count + most })),
    })),
  }
  const instance = compileInstance(roomy)
  const { windowCount: T, pools } = instance
  const columns = instance.models.reduce((sum, { binCount }) => sum + binCount * T, 0)
  const model = horizonModel(instance, { whole: columns <= WHOLE_LIMIT })
  const base = instance.problem.regions.flatMap((_, r) =>
    problem.regions[r]!.pools.map(({ count }) => count),
  )
  const elastic = withElasticPools(model.linear, model.poolRow, T, base)
  const answer = solver.solve(elastic, { timeLimitSeconds: SECONDS, relativeGap: 0.01 })
  if (answer.status === 'infeasible' || answer.status === 'unknown') return undefined
  const needs = answer.columnValues.slice(model.linear.columnCount)
  return pools.flatMap(({ region, gpu }, p): ExtraGpus[] => {
    const windows = Array.from({ length: T }, (_, t) => t).filter(
      (t) => needs[t * pools.length + p]! > 1e-6,
    )
    if (windows.length === 0) return []
    const count = Math.ceil(Math.max(...windows.map((t) => needs[t * pools.length + p]!)) - 1e-6)
    return [{ region: problem.regions[region]!.id, gpu, count, words: windowsInWords(windows) }]
  })
}

/** GPUs with which a model's whole peak would fit on its slowest variant. */
function demandGpus(model: PlanningProblem['models'][number]): number {
  const perToken = model.points.map((p) => p.gpusPerReplica / p.capacityTokensPerSecond)
  const peak = model.demand.reduce(
    (sum, { tokensPerSecond }) => sum + Math.max(0, ...tokensPerSecond),
    0,
  )
  const replicas = model.minReplicas + model.spareReplicas + 2
  const widest = Math.max(0, ...model.points.map(({ gpusPerReplica }) => gpusPerReplica))
  return Math.ceil(peak * Math.max(0, ...perToken)) * 2 + replicas * widest
}

/** The same limits, but pools may be exceeded, and nothing else costs anything. */
function withElasticPools(
  model: LinearModel,
  poolRow: number,
  T: number,
  base: readonly number[],
): LinearModel {
  const P = base.length
  const extra = T * P
  const isPool = (row: number) => row >= poolRow && row < poolRow + extra
  const columns: number[] = []
  const values: number[] = []
  const rowStarts = [0]
  for (let row = 0; row < model.rowCount; row++) {
    for (let at = model.rowStarts[row]!; at < model.rowStarts[row + 1]!; at++) {
      columns.push(model.columns[at]!)
      values.push(model.values[at]!)
    }
    if (isPool(row)) {
      columns.push(model.columnCount + row - poolRow)
      values.push(-1)
    }
    rowStarts.push(columns.length)
  }
  const grown = (of: Float64Array, value: number) =>
    Float64Array.from({ length: of.length + extra }, (_, i) => (i < of.length ? of[i]! : value))
  return {
    columnCount: model.columnCount + extra,
    rowCount: model.rowCount,
    costs: grown(new Float64Array(model.columnCount), 1),
    lower: grown(model.lower, 0),
    upper: grown(model.upper, Number.POSITIVE_INFINITY),
    whole: Uint8Array.from({ length: model.columnCount + extra }, (_, i) => model.whole[i] ?? 0),
    rowLower: model.rowLower,
    rowUpper: model.rowUpper.map((upper, row) =>
      isPool(row) ? base[(row - poolRow) % P]! : upper,
    ),
    rowStarts: Int32Array.from(rowStarts),
    columns: Int32Array.from(columns),
    values: Float64Array.from(values),
  }
}
