import type { PlanningProblem } from '../../planning/index.ts'
import type { Arena } from '../arena.ts'
import type { Policy, View } from '../policy.ts'
import { solved } from './solved.ts'

const CARBON_WEIGHT = 0.9
const SERVER_WEIGHT = 0.1
/** J a token that the rule reckons with: any number would do, since it compares regions alone. */
const JOULES_PER_TOKEN = 1
const KWH_PER_JOULE = 1 / 3_600_000

/**
 * Requests times intensity, and a little for servers: idle power, layouts, caps and starts are not
 * in it.
 *
 *     min 0.9 sum x_oz I_z / (I_max sum lambda) + 0.1 sum s_z / servers
 */
export const casper: Policy = {
  id: 'casper',
  title: 'CASPER: requests to the cleanest regions within reach, few servers',
  source:
    'CASPER, IGSC 2023, arXiv 2403.14792; github.com/carbonfirst/casper, CAP/milp_scheduler.py',
  kind: 'realisable',
  published: {
    headroom: 1.2,
    replanMinutes: 60,
    layout: 'node',
  },
  layouts: ['node', 'right-sized'],
  open: (arena, knobs, solver) =>
    solved(arena, knobs, solver, {
      geo: true,
      weight: (view, region) => carbonShare(arena, view, region, knobs.replanMinutes),
      point: (point) => ({
        ...point,
        idleWatts: 0,
        busyWatts: JOULES_PER_TOKEN * point.capacityTokensPerSecond,
        startJoules: 0,
      }),
      problem: (problem) => byServers(arena, problem, knobs.replanMinutes),
    }),
}

/** Objective of a kWh, so that all traffic in the dirtiest region counts 0.9. */
function carbonShare(arena: Arena, view: View, region: number, minutes: number): number {
  const dirtiest = Math.max(1e-9, ...arena.problem.regions.map((_, r) => view.expected(r)))
  let tokensPerSecond = 1e-9
  for (const [m, { origins }] of arena.models.entries()) {
    for (const o of origins.keys()) tokensPerSecond += view.observed(m, o, 1)
  }
  const kwh = tokensPerSecond * minutes * 60 * JOULES_PER_TOKEN * KWH_PER_JOULE
  return (CARBON_WEIGHT * Math.max(0, view.expected(region))) / (dirtiest * kwh)
}

/** Each server costs its share of 0.1, as rent; what it draws without load is left out. */
function byServers(arena: Arena, problem: PlanningProblem, minutes: number): PlanningProblem {
  const servers = arena.pools.reduce((sum, { count }) => sum + count, 0)
  return {
    ...problem,
    regions: problem.regions.map((region) => ({
      ...region,
      ownership: 'releasable' as const,
      hostWattsPerGpu: 0,
      pools: region.pools.map((pool) => ({
        ...pool,
        priceUsdPerHour: SERVER_WEIGHT / (servers * (minutes / 60)),
      })),
    })),
    policy: { objective: 'carbon', carbonGPerUsd: 1 },
  }
}
