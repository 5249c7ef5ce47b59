import type { Arena } from '../arena.ts'
import type { Policy, View } from '../policy.ts'
import { type SolvedRule, solved } from './solved.ts'

const PUBLISHED = { headroom: 1.1, replanMinutes: 15, layout: 'free', guardUse: 0.95 } as const

/** gCO2e of one IT kWh: PUE times the intensity that counts. */
const byIntensity =
  (arena: Arena, intensity: (view: View, region: number) => number): SolvedRule['weight'] =>
  (view, region) =>
    arena.problem.regions[region]!.pue * Math.max(0, intensity(view, region))

/** Ours: regions, layouts and replicas together, on expected intensity, idle, host and starts. */
export const gridtide: Policy = {
  id: 'gridtide',
  title: 'Gridtide: regions, layouts and replicas together, on the live signal',
  source: 'docs/planning.md',
  kind: 'realisable',
  published: PUBLISHED,
  layouts: ['free', 'right-sized'],
  open: (arena, knobs, solver) =>
    solved(arena, knobs, solver, {
      geo: true,
      weight: byIntensity(arena, (view, region) => view.expected(region)),
    }),
}

/** The control: the same planner, told of each zone only its mean of the year before. */
export const fixedRanking: Policy = {
  id: 'fixed-ranking',
  title: 'Gridtide’s planner with each zone’s past annual mean in place of the live signal',
  source: 'control',
  kind: 'realisable',
  published: PUBLISHED,
  layouts: ['free', 'right-sized'],
  open: (arena, knobs, solver) =>
    solved(arena, knobs, solver, {
      geo: true,
      weight: byIntensity(arena, (view, region) => view.pastMean(region)),
    }),
}

/** The control without geo-shift: what layouts and scaling alone are worth. */
export const atHome: Policy = {
  id: 'at-home',
  title: 'Gridtide’s planner with every origin served at home',
  source: 'control',
  kind: 'realisable',
  published: PUBLISHED,
  layouts: ['free', 'right-sized'],
  open: (arena, knobs, solver) =>
    solved(arena, knobs, solver, {
      geo: false,
      weight: byIntensity(arena, (view, region) => view.expected(region)),
    }),
}
