import type { Policy } from '../policy.ts'
import type { GridRecord } from '../record.ts'
import { solved } from './solved.ts'

/**
 * The floor with whole replicas: our planner with the traffic and the intensity that come, no
 * head-room, every start paid. It plans window by window, so a plan of the whole week at once could
 * still be a little better.
 */
export const clairvoyant = (record: GridRecord): Policy => ({
  id: 'clairvoyant',
  title: 'The planner told the future: true traffic and intensity, whole replicas, starts paid',
  source: 'floor',
  kind: 'oracle',
  published: {
    headroom: 1,
    replanMinutes: record.windowSeconds / 60,
    layout: 'free',
  },
  layouts: ['free'],
  open: (arena, knobs, solver) =>
    solved(arena, knobs, solver, {
      geo: true,
      weight: (view, region) => {
        let sum = 0
        for (let i = 0; i < view.periodWindows; i++) {
          sum += record.actual[region]![view.window + i]!
        }
        return (arena.problem.regions[region]!.pue * sum) / view.periodWindows
      },
      demand: (view, model, origin) => {
        const rates = record.demand[model]![origin]!
        let most = 0
        // One window more than the period: what starts is not ready when that begins.
        for (let i = 0; i <= view.periodWindows; i++) {
          most = Math.max(most, rates[view.window + i] ?? 0)
        }
        return most
      },
    }),
})
