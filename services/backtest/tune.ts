import type { Ledger } from './ledger.ts'
import { lateShare } from './ledger.ts'
import type { Knobs, Policy } from './policy.ts'

/** A policy counts only if at most this share of requests finds no capacity when it comes. */
export const MOST_LATE = 1e-4

/** One setting of one policy, and how it did on the tuning weeks. */
export interface Trial {
  readonly knobs: Knobs
  readonly carbonG: number
  /** The worst of all tuning runs: of every week and load family. */
  readonly worstLateShare: number
}

const HEADROOMS = [1.02, 1.06, 1.1, 1.15, 1.22, 1.3, 1.42, 1.6, 1.9, 2.3]
const REPLAN_MINUTES = [5, 15, 60]
const GUARD_USES = [undefined, 0.95]

/** How many settings each policy is tried with: the same number for all. */
export const TRIALS = 10

/**
 * The search that every policy gets: first the way it is published, then always the setting not yet
 * tried that is nearest to the best so far, with less head-room where the promise is kept and more
 * where it is not. The same grid and order for all; nothing in it knows which policy is ours.
 *
 * @param judge plays the tuning weeks with a setting
 */
export function tune(
  policy: Pick<Policy, 'published' | 'layouts'>,
  judge: (knobs: Knobs) => Omit<Trial, 'knobs'>,
  budget = TRIALS,
): { readonly best: Trial; readonly trials: readonly Trial[] } {
  const first = JSON.stringify(policy.published)
  const open = gridOf(policy.layouts).filter((knobs) => JSON.stringify(knobs) !== first)
  const attempt = (knobs: Knobs): Trial => ({ knobs, ...judge(knobs) })
  let best = attempt(policy.published)
  const trials = [best]
  while (trials.length < budget && open.length > 0) {
    const distances = open.map((knobs) => distance(best, trials, knobs))
    const [next] = open.splice(distances.indexOf(Math.min(...distances)), 1)
    const trial = attempt(next!)
    trials.push(trial)
    if (isBetter(trial, best)) best = trial
  }
  return { best, trials }
}

const gridOf = (layouts: Policy['layouts']): Knobs[] =>
  layouts.flatMap((layout) =>
    GUARD_USES.flatMap((guardUse) =>
      REPLAN_MINUTES.flatMap((replanMinutes) =>
        HEADROOMS.map((headroom) => ({
          headroom,
          replanMinutes,
          layout,
          ...(guardUse !== undefined && { guardUse }),
        })),
      ),
    ),
  )

/**
 * Steps on the grid. A broken promise asks for two steps of head-room at once, a kept one for one
 * less; once less has been tried in vain, other knobs come first.
 */
function distance(best: Trial, trials: readonly Trial[], knobs: Knobs): number {
  const steps = HEADROOMS.indexOf(knobs.headroom) - nearestIndex(HEADROOMS, best.knobs.headroom)
  const triedLess = trials.some(
    (trial) => othersChanged(trial.knobs, best.knobs) === 0 && isBelow(trial.knobs, best.knobs),
  )
  const kept = triedLess ? 0 : -1
  const wanted = best.worstLateShare > MOST_LATE ? 2 : kept
  return (
    (wanted === 0 ? 0.5 : 1) * othersChanged(knobs, best.knobs) + 0.6 * Math.abs(steps - wanted)
  )
}

const isBelow = (a: Knobs, b: Knobs): boolean => a.headroom < b.headroom

const othersChanged = (a: Knobs, b: Knobs): number =>
  Number(a.layout !== b.layout) +
  Number(a.replanMinutes !== b.replanMinutes) +
  Number(a.guardUse !== b.guardUse)

/** Keeping the promise goes before carbon; of two that break it, the one that breaks it less. */
export function isBetter(a: Omit<Trial, 'knobs'>, b: Omit<Trial, 'knobs'>): boolean {
  const [keepsA, keepsB] = [a.worstLateShare <= MOST_LATE, b.worstLateShare <= MOST_LATE]
  if (keepsA !== keepsB) return keepsA
  return keepsA ? a.carbonG < b.carbonG : a.worstLateShare < b.worstLateShare
}

/** What a setting's runs amount to. */
export const judgement = (ledgers: readonly Ledger[]): Omit<Trial, 'knobs'> => ({
  carbonG: ledgers.reduce((sum, { carbonG }) => sum + carbonG, 0),
  worstLateShare: Math.max(...ledgers.map(lateShare)),
})

function nearestIndex(values: readonly number[], value: number): number {
  const distance = values.map((candidate) => Math.abs(candidate - value))
  return distance.indexOf(Math.min(...distance))
}
