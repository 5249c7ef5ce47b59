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

const HEADROOMS = [1.02, 1.06, 1.1, 1.15, 1.22, 1.3, 1.42, 1.6]
const REPLAN_MINUTES = [5, 15, 60]
const GUARD_USE = 0.95

/** How many settings each policy is tried with: the same number for all. */
export const TRIALS = 8

/**
 * The search that every policy gets: first the way it is published, then by turns another layout,
 * another time between plans and another head-room, always around the best so far, until its
 * trials are used up. The order of the questions is the same for all, and nothing in it knows which
 * policy is ours.
 *
 * @param judge plays the tuning weeks with a setting
 */
export function tune(
  policy: Pick<Policy, 'published' | 'layouts'>,
  judge: (knobs: Knobs) => Omit<Trial, 'knobs'>,
  budget = TRIALS,
): { readonly best: Trial; readonly trials: readonly Trial[] } {
  const trials: Trial[] = []
  const known = new Map<string, Trial>()
  const attempt = (knobs: Knobs): Trial | undefined => {
    const key = JSON.stringify(knobs)
    const found = known.get(key)
    if (found || trials.length >= budget) return found
    const trial = { knobs, ...judge(knobs) }
    trials.push(trial)
    known.set(key, trial)
    return trial
  }
  let best = attempt(policy.published)!
  const consider = (knobs: Knobs): void => {
    const trial = attempt(knobs)
    if (trial && isBetter(trial, best)) best = trial
  }
  const adjust = (): void => {
    const before = best
    const at = nearestIndex(HEADROOMS, best.knobs.headroom)
    const step = best.worstLateShare > MOST_LATE ? 1 : -1
    const headroom = HEADROOMS[Math.min(HEADROOMS.length - 1, Math.max(0, at + step))]!
    consider({ ...best.knobs, headroom })
    if (best === before) consider({ ...best.knobs, headroom: HEADROOMS[at]! })
  }
  consider({ ...best.knobs, guardUse: GUARD_USE })
  for (const layout of policy.layouts) consider({ ...best.knobs, layout })
  for (let round = 0; trials.length < budget && round < budget; round++) {
    adjust()
    const minutes = REPLAN_MINUTES[round % REPLAN_MINUTES.length]!
    consider({ ...best.knobs, replanMinutes: minutes })
  }
  return { best, trials }
}

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
