import type { Policy, View } from '../policy.ts'
import { lastSeen, solved } from './solved.ts'

interface Variant {
  readonly id: string
  readonly title: string
  readonly source: string
  /** Whether traffic may leave its home region. */
  readonly geo: boolean
  /** gCO2e/kWh that counts. */
  readonly intensity: (view: View, region: number) => number
}

/** Regions, layouts and replicas together; idle, host, PUE and starts counted. */
const planned = ({ geo, intensity, ...named }: Variant): Policy => ({
  ...named,
  kind: 'realisable',
  published: { headroom: 1.1, replanMinutes: 15, layout: 'free', guardUse: 0.95 },
  layouts: ['free', 'right-sized'],
  open: (arena, knobs, solver) =>
    solved(arena, knobs, solver, {
      geo,
      weight: (view, region) =>
        arena.problem.regions[region]!.pue * Math.max(0, intensity(view, region)),
      coming: lastSeen,
    }),
})

export const gridtide = planned({
  id: 'gridtide',
  title: 'Gridtide: regions, layouts and replicas together, on the live signal',
  source: 'docs/planning.md',
  geo: true,
  intensity: (view, region) => view.expected(region),
})

/** The control: the same planner, told of each zone only its mean of the year before. */
export const fixedRanking = planned({
  id: 'fixed-ranking',
  title: 'Gridtide’s planner with each zone’s past annual mean in place of the live signal',
  source: 'control',
  geo: true,
  intensity: (view, region) => view.pastMean(region),
})

/** The control without geo-shift: what layouts and scaling alone are worth. */
export const atHome = planned({
  id: 'at-home',
  title: 'Gridtide’s planner with every origin served at home',
  source: 'control',
  geo: false,
  intensity: (view, region) => view.expected(region),
})
