import { compileInstance } from './instance.ts'
import { leastExtraGpus } from './least-extra-gpus.ts'
import type { LinearSolver } from './linear-solver.ts'
import type { PlanOutcome } from './plan.ts'
import type { PlanningModel, PlanningProblem } from './problem.ts'

type Infeasible = Extract<PlanOutcome, { status: 'infeasible' }>

/**
 * Why no plan exists, and the least change that would make one possible: each promise is dropped in
 * turn, the softest first; where none alone helps, the GPUs that are missing are counted.
 */
export function findRelaxation(problem: PlanningProblem, solver: LinearSolver): Infeasible {
  return (
    missingRegion(problem) ??
    missingPoint(problem) ??
    droppedPromise(problem, solver) ??
    missingGpus(problem, solver)
  )
}

const infeasible = (limit: Infeasible['limit'], words: string, relaxation: string): Infeasible => ({
  status: 'infeasible',
  limit,
  words,
  relaxation,
})

function missingRegion({ models }: PlanningProblem): Infeasible | undefined {
  for (const model of models) {
    const cut = model.demand.find(
      ({ regions, tokensPerSecond }) => regions.length === 0 && tokensPerSecond.some((r) => r > 0),
    )
    if (cut) {
      return infeasible(
        'residency',
        `no region may serve ${model.id} for ${cut.origin}: none is near enough and allowed`,
        `allow one region, or a longer TTFT, for ${cut.origin}`,
      )
    }
  }
  return undefined
}

function missingPoint(problem: PlanningProblem): Infeasible | undefined {
  const instance = compileInstance(problem)
  const empty = problem.models.find(
    (model, m) => instance.models[m]!.binCount === 0 && needsReplicas(problem, model),
  )
  if (!empty) return undefined
  if (empty.points.length > 0) {
    return infeasible(
      'gpus',
      `no region has the GPUs of any variant of ${empty.id}`,
      `+${empty.points[0]!.gpusPerReplica} ${empty.points[0]!.variant.gpu} in one of its regions`,
    )
  }
  return infeasible(
    'latency',
    `no variant of ${empty.id} keeps its TTFT and TPOT`,
    slowerObjective(empty),
  )
}

const needsReplicas = (problem: PlanningProblem, model: PlanningModel): boolean =>
  model.minReplicas > 0 ||
  model.demand.some(({ tokensPerSecond }) => tokensPerSecond.some((rate) => rate > 0)) ||
  problem.batch.some((work) => work.model === model.id)

/** The least TTFT and TPOT with which one of the variants left out would do. */
function slowerObjective({ objective, tooSlow = [] }: PlanningModel): string {
  if (!objective || tooSlow.length === 0) return 'a longer TTFT or TPOT, or a faster GPU type'
  const excess = (point: { ttftP95Ms: number; tpotP95Ms: number }) =>
    Math.max(point.ttftP95Ms / objective.ttftP95Ms, point.tpotP95Ms / objective.tpotP95Ms)
  const nearest = tooSlow.reduce((best, point) => (excess(point) < excess(best) ? point : best))
  const change = (name: string, from: number, to: number) =>
    to > from ? [`${name} ${from} ms -> ${Math.ceil(to)} ms`] : []
  return [
    ...change('TTFT', objective.ttftP95Ms, nearest.ttftP95Ms),
    ...change('TPOT', objective.tpotP95Ms, nearest.tpotP95Ms),
  ].join(', ')
}

/** Promises that can be dropped, softest first; the first alone that helps is named. */
function droppedPromise(problem: PlanningProblem, solver: LinearSolver): Infeasible | undefined {
  const { maxChangedGpusPerWindow, quietWindows, minDwellWindows, makeBeforeBreak, ...policy } =
    problem.policy
  const limited = maxChangedGpusPerWindow ?? quietWindows ?? minDwellWindows ?? makeBeforeBreak
  const without = (of: Partial<PlanningModel>): PlanningProblem => ({
    ...problem,
    models: problem.models.map((model) => ({ ...model, ...of })),
  })
  const promises: readonly [boolean, Infeasible['limit'], PlanningProblem, string, string][] = [
    [
      limited !== undefined,
      'change-limit',
      { ...problem, policy },
      'the limits on changes leave no way to follow the load',
      'raise the changed GPUs per window, or shorten quiet hours and dwell',
    ],
    [
      problem.models.some(({ spareReplicas }) => spareReplicas > 0),
      'spare',
      without({ spareReplicas: 0 }),
      'the load fits, but not with spare replicas',
      'fewer spare replicas',
    ],
    [
      problem.batch.length > 0,
      'deadline',
      { ...problem, batch: [] },
      'interactive load fits, but deferrable work cannot be done by its deadline',
      'a later deadline, or less deferrable work',
    ],
    [
      problem.models.some(({ minReplicas }) => minReplicas > 0),
      'min-replicas',
      without({ minReplicas: 0, spareReplicas: 0 }),
      'the load fits, but not with the least number of replicas',
      'a lower minimum of replicas',
    ],
  ]
  for (const [has, limit, relaxed, words, relaxation] of promises) {
    if (has && leastExtraGpus(relaxed, solver)?.length === 0) {
      return infeasible(limit, words, relaxation)
    }
  }
  return undefined
}

function missingGpus(problem: PlanningProblem, solver: LinearSolver): Infeasible {
  const extra = leastExtraGpus(problem, solver) ?? []
  if (extra.length === 0) {
    return infeasible(
      'gpus',
      'no whole replicas were found that keep every promise, though no count of GPUs is clearly short',
      'a few more GPUs of any type in use, or one promise less',
    )
  }
  const relaxation = extra
    .map(({ count, gpu, region, words }) => `+${count} ${gpu} in ${region} in ${words}`)
    .join(', ')
  const { gpu, region } = extra[0]!
  return infeasible('gpus', `not enough GPUs: ${gpu} in ${region} run out first`, relaxation)
}
