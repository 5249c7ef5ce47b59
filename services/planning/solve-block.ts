import type { Block, BlockSolution, PointSeries, WorkSeries } from './block.ts'
import { emptyDraft } from './draft.ts'
import { horizonModel } from './horizon-model.ts'
import { compileInstance, type Instance } from './instance.ts'
import type { LinearSolver } from './linear-solver.ts'
import { roundLoads } from './round-loads.ts'
import { searchBlock } from './search-block.ts'

/** A proof that takes longer than this is given up; the best answer so far stands. */
const WHOLE_SECONDS = 20

/**
 * Whole replicas for one block. Pure and deterministic: the same block gives the same answer on any
 * worker, whatever the others do.
 */
export function solveBlock(block: Block, solver: LinearSolver): BlockSolution {
  const instance = compileInstance(block.problem)
  if (block.kind === 'whole') return solveWhole(block, instance, solver)
  const draft = emptyDraft(instance)
  roundLoads(draft, fractionsOf(block, instance))
  searchBlock(block, draft)
  return { blockId: block.id, replicas: seriesOf(instance, draft.replicas), batch: block.batch }
}

function solveWhole(block: Block, instance: Instance, solver: LinearSolver): BlockSolution {
  const model = horizonModel(instance, { whole: true })
  const answer = solver.solve(model.linear, { timeLimitSeconds: WHOLE_SECONDS, relativeGap: 1e-6 })
  if (answer.status === 'infeasible' || answer.status === 'unknown') {
    return { blockId: block.id, replicas: [], batch: [], infeasible: true }
  }
  const counts = instance.models.map(({ binCount }, m) => {
    const from = model.replicas[m]!
    return Int32Array.from(
      answer.columnValues.slice(from, from + instance.windowCount * binCount),
      Math.round,
    )
  })
  const batch = instance.problem.batch.map(({ id }, j): WorkSeries => {
    const work = instance.batch[j]!
    const values = instance.problem.windows.map((_, t) => {
      if (t < work.first || t >= work.deadline) return 0
      const at = model.batch[j]! + (t - work.first) * work.regions.length
      return answer.columnValues.slice(at, at + work.regions.length).reduce((a, b) => a + b, 0)
    })
    return { work: id, values }
  })
  const proven = Math.max(0, answer.bound)
  return {
    blockId: block.id,
    replicas: seriesOf(instance, counts),
    batch,
    bound: { value: proven + instance.constant, kind: 'branch and bound' },
  }
}

function fractionsOf(block: Block, instance: Instance): Float64Array[] {
  const series = new Map(
    block.fractions.map(({ model, pointId, values }) => [`${model} ${pointId}`, values]),
  )
  return instance.models.map((model) => {
    const fractions = new Float64Array(instance.windowCount * model.binCount)
    for (let b = 0; b < model.binCount; b++) {
      const values = series.get(`${model.id} ${model.point[b]!.id}`) ?? []
      for (const [t, value] of values.entries()) fractions[t * model.binCount + b] = value
    }
    return fractions
  })
}

function seriesOf(instance: Instance, counts: readonly Int32Array[]): PointSeries[] {
  return instance.models.flatMap((model, m) =>
    Array.from({ length: model.binCount }, (_, b): PointSeries => {
      const region = instance.problem.regions[model.region[b]!]!.id
      const values = instance.problem.windows.map((_, t) => counts[m]![t * model.binCount + b]!)
      return { region, model: model.id, pointId: model.point[b]!.id, values }
    }).filter(({ values }) => values.some((value) => value > 0)),
  )
}
