import type { PlanningProblem } from '../../planning/index.ts'
import type { Policy } from '../policy.ts'
import { type SolvedRule, solved } from './solved.ts'

const JOULES_PER_USD = 1

/** Rented by the GPU-hour; where the fleet names no price, a GPU is a dollar. */
const priced = (problem: PlanningProblem): PlanningProblem => ({
  ...problem,
  regions: problem.regions.map((region) => ({
    ...region,
    ownership: 'releasable' as const,
    pools: region.pools.map((pool) => ({ ...pool, priceUsdPerHour: pool.priceUsdPerHour || 1 })),
  })),
  policy: { objective: 'cost', carbonGPerUsd: 0 },
})

const cheapest = (startJoules: (startSeconds: number, gpus: number) => number): SolvedRule => ({
  geo: false,
  // Only starts are joules here, and each joule is money.
  weight: () => 1,
  problem: priced,
  point: (point) => ({
    ...point,
    idleWatts: 0,
    busyWatts: 0,
    startJoules: startJoules(point.startSeconds, point.gpusPerReplica),
  }),
})

/** GPU types and layouts for least rent; what runs is thrown away each time. */
export const melange: Policy = {
  id: 'melange',
  title: 'Least rent at home: GPU types and layouts by throughput per dollar',
  source: 'Mélange, arXiv 2404.14527; github.com/tyler-griggs/melange-release, melange/solver.py',
  kind: 'realisable',
  published: { headroom: 1.1, replanMinutes: 60, layout: 'free', guardUse: 0.95 },
  layouts: ['free', 'right-sized'],
  open: (arena, knobs, solver) =>
    solved(
      arena,
      knobs,
      solver,
      cheapest(() => 0),
    ),
}

const JOULES_PER_KWH = 3_600_000

/** As above, region by region, with the rent of GPUs that start and do not serve yet. */
export const sageServe: Policy = {
  id: 'sageserve',
  title: 'SageServe: least GPU and start cost with each region covering its own forecast',
  source: 'SageServe, SIGMETRICS 2026; github.com/shashwatj07/SageServe, long_term_allocation.py',
  kind: 'realisable',
  published: { headroom: 1.1, replanMinutes: 60, layout: 'right-sized', guardUse: 0.95 },
  layouts: ['right-sized', 'free', 'node'],
  open: (arena, knobs, solver) =>
    solved(
      arena,
      knobs,
      solver,
      cheapest((seconds, gpus) => (JOULES_PER_USD * JOULES_PER_KWH * seconds * gpus) / 3600),
    ),
}
