import { beforeAll, describe, expect, it } from 'vitest'
import { type LinearSolver, loadHighs, planHorizon } from '../../services/planning/index.ts'
import { linearModelBuilder } from '../../services/planning/linear-model-builder.ts'
import { model, point, problem, region } from '../planning/problems.ts'

let solver: LinearSolver
beforeAll(async () => {
  solver = await loadHighs()
})

const sites = [
  { id: 'north', carbon: 60, gpus: 6 },
  { id: 'west', carbon: 240, gpus: 8 },
  { id: 'east', carbon: 520, gpus: 12 },
]
const classes = [
  { id: 'short', load: 900 },
  { id: 'long', load: 420 },
]
/** Instances by tensor parallel degree: tokens/s by class, watts idle, and watts busy. */
const degrees = [
  { degree: 1, capacity: [130, 60], idle: 110, busy: 520 },
  { degree: 2, capacity: [290, 145], idle: 220, busy: 1100 },
  { degree: 4, capacity: [560, 320], idle: 440, busy: 2300 },
]

/**
 * The site x class x tensor-parallel MILP of FREESH's kind (joint placement and routing of request
 * classes over sites, one step): whole instances by degree, loads within their capacity, GPUs of a
 * site shared by all classes, and the carbon of idle and busy power is least. Its frequency scaling
 * and its scheduling inside an instance are left out.
 */
function freeshOptimum(): number {
  const builder = linearModelBuilder()
  const perSite = sites.map(() => [] as number[])
  for (const [c, { load }] of classes.entries()) {
    const served: number[] = []
    for (const [s, { carbon }] of sites.entries()) {
      for (const { degree, capacity, idle, busy } of degrees) {
        const rate = capacity[c]!
        const instances = builder.column((carbon * idle) / 1000, Infinity, true)
        const carried = builder.column((carbon * (busy - idle)) / rate / 1000)
        builder.row(0, Infinity, [instances, rate, carried, -1])
        perSite[s]!.push(instances, degree)
        served.push(carried, 1)
      }
    }
    builder.row(load, load, served)
  }
  for (const [s, entries] of perSite.entries()) builder.row(0, sites[s]!.gpus, entries)
  return solver.solve(builder.build(), { timeLimitSeconds: 20, relativeGap: 1e-5 }).value
}

describe('FREESH as a special case', () => {
  const pointsOf = (c: number, isCapped: boolean) =>
    degrees.flatMap(({ degree, capacity, idle, busy }) => {
      const full = point(`tp${degree}`, {
        gpusPerReplica: degree,
        capacityTokensPerSecond: capacity[c]!,
        idleWatts: idle,
        busyWatts: busy,
        startJoules: 0,
      })
      // A cap takes 5 % of the rate and 25 % of the power above idle.
      const capped = {
        ...full,
        id: `tp${degree}-capped`,
        capacityTokensPerSecond: 0.95 * capacity[c]!,
        busyWatts: idle + 0.75 * (busy - idle),
      }
      return isCapped ? [full, capped] : [full]
    })
  const carbonOf = (isCapped: boolean) => {
    const outcome = planHorizon(
      problem({
        regions: sites.map(({ id, carbon, gpus }) =>
          region(id, [carbon], {
            pue: 1,
            hostWattsPerGpu: 0,
            pools: [{ gpu: 'H100', count: gpus, parkedWatts: 0, priceUsdPerHour: 0 }],
          }),
        ),
        models: classes.map(({ id, load }, c) =>
          model(id, {
            points: pointsOf(c, isCapped),
            demand: [
              { origin: 'all', tokensPerSecond: [load], regions: sites.map((site) => site.id) },
            ],
          }),
        ),
      }),
      solver,
    )
    if (outcome.status !== 'planned') throw new Error(outcome.words)
    return outcome.plan.predicted.carbonG
  }

  it('reaches its optimum within 0.1 %', () => {
    expect(Math.abs(carbonOf(false) / freeshOptimum() - 1)).toBeLessThan(1e-3)
  })

  it('goes below it with a lever it lacks: capped variants', () => {
    expect(carbonOf(true)).toBeLessThan(freeshOptimum() * 0.999)
  })
})
