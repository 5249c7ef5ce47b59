import type { Policy, View } from '../policy.ts'
import type { GridRecord } from '../record.ts'
import { solved } from './solved.ts'

type Named = Pick<Policy, 'id' | 'title'>
/** tokens/s of one model and origin to be ready for until the next plan. */
type Needed = (view: View, model: number, origin: number) => number

/** Our planner told the true intensity, and by what rule to be ready for traffic: every start paid. */
const told = (record: GridRecord, named: Named, needed: Needed): Policy => ({
  ...named,
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
      demand: needed,
      coming: (view, model, origin) => meanOver(record.demand[model]![origin]!, view),
    }),
})

/** Of the windows until the next plan. */
function meanOver(rates: Float64Array, { window, periodWindows }: View): number {
  const coming = rates.subarray(window, window + periodWindows)
  return coming.reduce((sum, rate) => sum + rate, 0) / coming.length
}

/**
 * The floor with whole replicas: our planner with the traffic and the intensity that come, no
 * head-room, every start paid. It plans window by window, so a plan of the whole week at once could
 * still be a little better.
 */
export const clairvoyant = (record: GridRecord): Policy =>
  told(
    record,
    {
      id: 'clairvoyant',
      title: 'The planner told the future: true traffic and intensity, whole replicas, starts paid',
    },
    (view, model, origin) => {
      const rates = record.demand[model]![origin]!
      let most = 0
      // One window more than the period: what starts is not ready when that begins.
      for (let i = 0; i <= view.periodWindows; i++) {
        most = Math.max(most, rates[view.window + i] ?? 0)
      }
      return most
    },
  )

/**
 * The floor for who cannot tell bursts beforehand: told everything but these. It is ready for what the
 * best rule of the level of traffic, made in hindsight, says (`bestOfLevel`), and told by which origins
 * that comes. It decides every window.
 *
 * @param sizes by model: capacity by simulated window, tokens/s
 */
export const bestOfLevelPolicy = (record: GridRecord, sizes: readonly Float64Array[]): Policy =>
  told(
    record,
    {
      id: 'best-of-level',
      title:
        'The planner told the true intensity, and ready by the best rule of the level of traffic, made in hindsight',
    },
    ({ window }, model, origin) => {
      const origins = record.demand[model]!
      const needOf = (rates: Float64Array) => Math.max(rates[window]!, rates[window + 1] ?? 0)
      const all = origins.reduce((sum, rates) => sum + needOf(rates), 0)
      const share = all > 0 ? needOf(origins[origin]!) / all : 0
      return share * sizes[model]![window - record.leadWindows]!
    },
  )
