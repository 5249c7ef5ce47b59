import type { Ledger } from './ledger.ts'
import { lateShare, missedShare } from './ledger.ts'
import type { Knobs, Policy } from './policy.ts'

/** A policy counts only if at most this share of requests finds no capacity when it comes. */
export const MOST_LATE = 1e-4
/** ... and if at most this share of windows, of each model by itself, has anything without capacity. */
export const MOST_MISSED = 1e-3
/**
 * Settings are chosen among those that stay below these: the setting with the least carbon is the one
 * nearest to the limit, and other weeks bring it a little nearer still.
 */
export const TUNED_LATE = MOST_LATE / 4
export const TUNED_MISSED = MOST_MISSED / 2

/**
 * What is found so is kept ready this much wider, head-room over 1 counted. On days of the tuning weeks
 * that were left out, settings found on the others broke a promise in up to 13 % of splits of production
 * traffic; widened by half in none.
 */
const WIDENED = 1.5

/** The setting that is played, of the one that was found. */
export const widened = (knobs: Knobs): Knobs => ({
  ...knobs,
  headroom: 1 + WIDENED * (knobs.headroom - 1),
})

/** One setting of one policy, and how it did on the tuning weeks. */
export interface Trial {
  readonly knobs: Knobs
  readonly carbonG: number
  /** The worst of all tuning runs. */
  readonly worstLateShare: number
  /** Share of model-windows in which anything was late, of the worst tuning run. */
  readonly worstMissedShare: number
  /** Ended as soon as it could not become the best any more: the numbers are those up to there. */
  readonly abandoned?: true
}

/** How a setting did; `best` is what it has to beat. */
export type Judge = (knobs: Knobs, best: Trial | undefined) => Omit<Trial, 'knobs'>

const HEADROOMS = [1.02, 1.06, 1.1, 1.15, 1.22, 1.3, 1.42, 1.6, 1.75, 1.9, 2.1, 2.3]
const REPLAN_MINUTES = [5, 15, 60]
const GUARD_USES = [undefined, 0.95]

/** How many settings each policy is tried with: the same number for all. */
export const TRIALS = 10

/**
 * The search that every policy gets: first the way it is published, then the same with a plan every
 * window, then always the setting not yet tried that is nearest to the best so far, with less head-room
 * where the promise is kept and more where it is not. The same grid and order for all; nothing in it
 * knows which policy is ours.
 *
 * @param judge plays the tuning weeks with a setting
 */
export function tune(
  policy: Pick<Policy, 'published' | 'layouts'>,
  judge: Judge,
  budget = TRIALS,
): { readonly best: Trial; readonly trials: readonly Trial[] } {
  const { published, layouts } = policy
  const often = { ...published, replanMinutes: Math.min(...REPLAN_MINUTES) }
  let open = gridOf(layouts)
  let best: Trial | undefined
  const trials: Trial[] = []
  const attempt = (knobs: Knobs) => {
    open = open.filter((other) => !isSame(other, knobs))
    const trial: Trial = { knobs, ...judge(knobs, best) }
    trials.push(trial)
    if (!best || isBetter(trial, best)) best = trial
    return best
  }
  let soFar = attempt(published)
  if (!isSame(often, published) && budget > 1) soFar = attempt(often)
  while (trials.length < budget && open.length > 0) {
    const distances = open.map((knobs) => distance(soFar, trials, knobs))
    soFar = attempt(open[distances.indexOf(Math.min(...distances))]!)
  }
  return { best: soFar, trials }
}

const isSame = (a: Knobs, b: Knobs): boolean =>
  a.headroom === b.headroom && othersChanged(a, b) === 0

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
  const wanted = keeps(best) ? kept : 2
  return (
    (wanted === 0 ? 0.5 : 1) * othersChanged(knobs, best.knobs) + 0.6 * Math.abs(steps - wanted)
  )
}

const isBelow = (a: Knobs, b: Knobs): boolean => a.headroom < b.headroom

/** The layout is asked after first: it changes most. */
const othersChanged = (a: Knobs, b: Knobs): number =>
  0.9 * Number(a.layout !== b.layout) +
  Number(a.replanMinutes !== b.replanMinutes) +
  Number(a.guardUse !== b.guardUse)

/** Keeping the promises goes before carbon; of two that break one, the one that breaks it less. */
export function isBetter(a: Omit<Trial, 'knobs'>, b: Omit<Trial, 'knobs'>): boolean {
  const [keepsA, keepsB] = [keeps(a), keeps(b)]
  if (keepsA !== keepsB) return keepsA
  return keepsA ? a.carbonG < b.carbonG : breach(a) < breach(b)
}

type Promised = Pick<Trial, 'worstLateShare' | 'worstMissedShare'>

/** How much of what tuning allows is used, of the promise that is nearer to its limit. */
const breach = ({ worstLateShare, worstMissedShare }: Promised): number =>
  Math.max(worstLateShare / TUNED_LATE, worstMissedShare / TUNED_MISSED)

const keeps = (trial: Promised): boolean => breach(trial) <= 1

/**
 * Whether runs under way cannot beat the best any more, however well they go on: carbon, late
 * requests and missed windows only ever grow.
 *
 * @param carbonG of the runs before this one
 * @param whole what will have come when this run is over
 */
export function isHopeless(
  best: Trial | undefined,
  carbonG: number,
  run: Pick<Ledger, 'carbonG' | 'lateTokens' | 'missedWindows'>,
  whole: Pick<Ledger, 'tokens' | 'modelWindows'>,
): boolean {
  if (!best) return false
  const soFar = {
    worstLateShare: lateShare({ ...run, ...whole }),
    worstMissedShare: missedShare({ ...run, ...whole }),
  }
  if (breach(soFar) > Math.max(1, breach(best))) return true
  return keeps(best) && carbonG + run.carbonG > best.carbonG
}

/** What a setting's runs amount to. */
export const judgement = (ledgers: readonly Ledger[]): Omit<Trial, 'knobs'> => ({
  carbonG: ledgers.reduce((sum, { carbonG }) => sum + carbonG, 0),
  worstLateShare: Math.max(...ledgers.map(lateShare)),
  worstMissedShare: Math.max(...ledgers.map(missedShare)),
})

function nearestIndex(values: readonly number[], value: number): number {
  const distance = values.map((candidate) => Math.abs(candidate - value))
  return distance.indexOf(Math.min(...distance))
}
