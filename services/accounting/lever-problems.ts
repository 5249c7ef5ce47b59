import { durationOf } from '../domain/window.ts'
import { homeOf, type PlanningModel, type PlanningProblem } from '../planning/index.ts'
import { uncapped } from './right-sized.ts'

/** The same fleet with the levers switched on one by one. */
export interface LeverProblems {
  readonly scaleToLoad: PlanningProblem
  readonly powerCap: PlanningProblem
  readonly timeShift: PlanningProblem
  readonly geoShift: PlanningProblem
  /** Geo-shift by each zone's mean over the horizon: was the live signal needed? */
  readonly pastMeans: PlanningProblem
  /** Every lever, blind to carbon: was carbon needed? */
  readonly energyOnly: PlanningProblem
}

export function leverProblems(problem: PlanningProblem): LeverProblems {
  const atHome = mapModels(problem, (model) => ({
    ...model,
    demand: model.demand.map((demand) => ({ ...demand, regions: [homeOf(demand)] })),
  }))
  const timeShift = {
    ...atHome,
    batch: problem.batch.map((work) => ({ ...work, regions: work.regions.slice(0, 1) })),
  }
  const powerCap = withEvenBatch(timeShift)
  return {
    scaleToLoad: mapModels(powerCap, (model) => ({ ...model, points: uncapped(model.points) })),
    powerCap,
    timeShift,
    geoShift: problem,
    pastMeans: withMeanCarbon(problem),
    energyOnly: { ...problem, policy: { ...problem.policy, objective: 'energy' } },
  }
}

const mapModels = (
  problem: PlanningProblem,
  change: (model: PlanningModel) => PlanningModel,
): PlanningProblem => ({ ...problem, models: problem.models.map(change) })

/** Deferrable work as traffic: one rate from release to deadline, in its first region. */
function withEvenBatch(problem: PlanningProblem): PlanningProblem {
  return {
    ...mapModels(problem, (model) => ({
      ...model,
      demand: [
        ...model.demand,
        ...problem.batch
          .filter((work) => work.model === model.id)
          .map((work) => {
            const isOpen = (t: number) => t >= work.firstWindow && t < work.deadlineWindow
            const seconds = problem.windows
              .filter((_, t) => isOpen(t))
              .reduce((sum, window) => sum + durationOf(window), 0)
            return {
              origin: `batch ${work.id}`,
              regions: work.regions,
              tokensPerSecond: problem.windows.map((_, t) =>
                isOpen(t) ? work.tokens / seconds : 0,
              ),
            }
          }),
      ],
    })),
    batch: [],
  }
}

function withMeanCarbon(problem: PlanningProblem): PlanningProblem {
  const flat = (values: readonly number[]) => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length
    return values.map(() => mean)
  }
  return {
    ...problem,
    regions: problem.regions.map((region) => ({
      ...region,
      carbonGPerKwh: flat(region.carbonGPerKwh),
      carbonLowGPerKwh: flat(region.carbonLowGPerKwh),
      carbonHighGPerKwh: flat(region.carbonHighGPerKwh),
    })),
  }
}
