import type { Policy } from '../policy.ts'
import { solved } from './solved.ts'

/**
 * Whole instances by site and layout for least carbon: each counts its busy power as long as it is
 * there. Idle power, starts, PUE and host are not in its model.
 */
export const freesh: Policy = {
  id: 'freesh',
  title: 'FREESH: instances by site and tensor parallel mode for least carbon, half an hour ahead',
  source: 'FREESH, arXiv 2511.00807, PoolMILP/upper_level_decision',
  kind: 'realisable',
  published: { headroom: 1.1, replanMinutes: 30, layout: 'free' },
  layouts: ['free', 'right-sized'],
  open: (arena, knobs, solver) =>
    solved(arena, knobs, solver, {
      geo: true,
      weight: (view, region) => Math.max(0, view.expected(region)),
      point: (point) => ({ ...point, idleWatts: point.busyWatts, startJoules: 0 }),
      problem: (problem) => ({
        ...problem,
        regions: problem.regions.map((region) => ({ ...region, hostWattsPerGpu: 0 })),
      }),
    }),
}
