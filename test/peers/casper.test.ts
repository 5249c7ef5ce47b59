import { beforeAll, describe, expect, it } from 'vitest'
import { type LinearSolver, loadHighs, planHorizon } from '../../services/planning/index.ts'
import { linearModelBuilder } from '../../services/planning/linear-model-builder.ts'
import { model, point, problem, region } from '../planning/problems.ts'

let solver: LinearSolver
beforeAll(async () => {
  solver = await loadHighs()
})

const CAPACITY = 100
const SERVERS = 5
const carbon = [420, 60, 250]
const load = [130, 90, 210]
/** CASPER's latency rule: which region may serve which origin. */
const allowed = [[0, 1], [1], [1, 2]]

/**
 * CASPER (Souza et al., IGSC 2023, arXiv 2403.14792): one step, flows x_ij and servers s_j, carbon of
 * requests times intensity, hard latency. Its carbon part alone; the server tie-break is left out.
 */
function casperOptimum(): number {
  const builder = linearModelBuilder()
  const servers = carbon.map(() => builder.column(0, SERVERS, true))
  const into = carbon.map(() => [] as number[])
  for (const [i, rate] of load.entries()) {
    const flows = allowed[i]!.flatMap((j) => {
      const flow = builder.column(carbon[j]!)
      into[j]!.push(flow, 1)
      return [flow, 1]
    })
    builder.row(rate, rate, flows)
  }
  for (const [j, entries] of into.entries()) {
    builder.row(-Infinity, 0, [...entries, servers[j]!, -CAPACITY])
  }
  return solver.solve(builder.build()).value
}

describe('CASPER as a special case', () => {
  const ids = ['a', 'b', 'c']
  /** Energy follows requests alone: no idle draw, no starts, one point. */
  const server = point('server', {
    capacityTokensPerSecond: CAPACITY,
    idleWatts: 0,
    busyWatts: 1000 * CAPACITY,
    startJoules: 0,
  })
  const asCasper = (points = [server]) =>
    problem({
      regions: ids.map((id, r) =>
        region(id, [carbon[r]!], {
          pue: 1,
          hostWattsPerGpu: 0,
          pools: [{ gpu: 'H100', count: SERVERS, parkedWatts: 0, priceUsdPerHour: 0 }],
        }),
      ),
      models: [
        model('web', {
          points,
          demand: ids.map((origin, o) => ({
            origin,
            tokensPerSecond: [load[o]!],
            regions: allowed[o]!.map((r) => ids[r]!),
          })),
        }),
      ],
    })
  const carbonOf = (points = [server]) => {
    const outcome = planHorizon(asCasper(points), solver)
    if (outcome.status !== 'planned') throw new Error(outcome.words)
    return outcome.plan.predicted.carbonG
  }

  it('reaches its optimum within 0.1 %', () => {
    expect(Math.abs(carbonOf() / casperOptimum() - 1)).toBeLessThan(1e-3)
  })

  it('goes below it with a lever it lacks: a capped variant', () => {
    const capped = { ...server, id: 'capped', capacityTokensPerSecond: 80, busyWatts: 68_000 }
    expect(carbonOf([server, capped])).toBeLessThan(casperOptimum() * 0.999)
  })
})
