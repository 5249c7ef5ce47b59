import type { Policy } from '../policy.ts'
import { lastSeen, solved } from './solved.ts'

/** Instances and parallelism for least energy under the service objectives; no carbon, no geo. */
export const energyOnly: Policy = {
  id: 'energy-only',
  title: 'Least energy at home: instances and parallelism, blind to carbon',
  source: 'DynamoLLM, HPCA 2025, arXiv 2408.00741',
  kind: 'realisable',
  published: { headroom: 1.1, replanMinutes: 30, layout: 'free', guardUse: 0.95 },
  layouts: ['free', 'right-sized'],
  open: (arena, knobs, solver) =>
    solved(arena, knobs, solver, {
      geo: false,
      weight: (_, region) => arena.problem.regions[region]!.pue,
      coming: lastSeen,
    }),
}
