import type { PlanningProblem, PlanningRegion } from '../planning/index.ts'
import type { GridRecord } from './record.ts'

/** One assumption changed, to see how much of a result hangs on it. */
export interface Variation {
  readonly name: string
  readonly problem?: (problem: PlanningProblem) => PlanningProblem
  readonly record?: (record: GridRecord) => GridRecord
}

/** What the sensitivity table asks. Demand and rules stay as they are. */
export const VARIATIONS: readonly Variation[] = [
  { name: 'as assumed' },
  { name: 'idle watts -30 %', problem: withIdle(0.7) },
  { name: 'idle watts +30 %', problem: withIdle(1.3) },
  { name: 'PUE 1.05 everywhere', problem: eachRegion((region) => ({ ...region, pue: 1.05 })) },
  { name: 'PUE 1.5 everywhere', problem: eachRegion((region) => ({ ...region, pue: 1.5 })) },
  {
    name: 'all reserved',
    problem: eachRegion((region) => ({ ...region, ownership: 'reserved' })),
  },
  {
    name: 'all releasable',
    problem: eachRegion((region) => ({ ...region, ownership: 'releasable' })),
  },
  { name: 'perfect carbon forecast', record: withForecastError(0) },
  { name: 'carbon forecast error x2', record: withForecastError(2) },
  { name: 'start-up x3', problem: withStartUp(3) },
]

function eachRegion(change: (region: PlanningRegion) => PlanningRegion) {
  return (problem: PlanningProblem): PlanningProblem => ({
    ...problem,
    regions: problem.regions.map(change),
  })
}

function eachPoint(
  change: (
    point: PlanningProblem['models'][number]['points'][number],
  ) => PlanningProblem['models'][number]['points'][number],
) {
  return (problem: PlanningProblem): PlanningProblem => ({
    ...problem,
    models: problem.models.map((model) => ({ ...model, points: model.points.map(change) })),
  })
}

function withIdle(factor: number) {
  return eachPoint((point) => {
    const idleWatts = factor * point.idleWatts
    return { ...point, idleWatts, busyWatts: Math.max(idleWatts, point.busyWatts) }
  })
}

function withStartUp(factor: number) {
  return eachPoint((point) => ({
    ...point,
    startSeconds: factor * point.startSeconds,
    startJoules: factor * point.startJoules,
  }))
}

/** Stretches what was expected away from what came; 0 is a perfect forecast. */
function withForecastError(factor: number) {
  return (record: GridRecord): GridRecord => {
    const perHour = 3600 / record.windowSeconds
    return {
      ...record,
      expected: record.expected.map((values, r) => {
        const ahead = values.length / (record.windowCount / perHour)
        return values.map((value, i) => {
          const hour = Math.floor(i / ahead) + (i % ahead)
          const came = record.actual[r]![Math.round(hour * perHour)] ?? value
          return Math.max(0, came + factor * (value - came))
        })
      }),
    }
  }
}
