import type { ComparedPolicy } from './compare.ts'
import type { DeferrableResult } from './deferrable/play-jobs.ts'

/** One lever in the fixed order of docs/accounting.md, or a control beside it. */
export interface PlayedLever {
  readonly lever:
    | 'static'
    | 'right-size'
    | 'scale-to-load'
    | 'power-cap'
    | 'time-shift'
    | 'geo-shift'
    | 'control: past means'
    | 'control: energy only'
  /** Absent where nothing was played for it. */
  readonly carbonG?: number
  /** Share of the static carbon saved against the step before (a control: the step it stands beside). */
  readonly ofStatic?: number
  readonly words: string
}

/**
 * What each lever saved in the played weeks, each against the one before; a lever that adds nothing
 * is shown adding nothing, and one that nobody could pull says so.
 */
export function playedLevers(
  compared: readonly ComparedPolicy[],
  deferrable: readonly DeferrableResult[] = [],
): readonly PlayedLever[] {
  const carbonOf = (id: string) => compared.find(({ policy }) => policy === id)?.carbonG
  const staticG = carbonOf('static')
  const steps: readonly [PlayedLever['lever'], string | undefined, string][] = [
    ['static', 'static', 'the rule of thumb'],
    ['right-size', 'peak', 'the best layout for the same peak'],
    ['scale-to-load', 'at-home', 'replicas and layouts follow the load, every origin at home'],
    ['power-cap', undefined, 'no layout was measured under a cap or at a lower clock'],
    ['time-shift', undefined, timeShiftWords(deferrable)],
    ['geo-shift', 'gridtide', 'regions chosen by the live signal'],
  ]
  let before = staticG
  const levers = steps.map(([lever, id, words]): PlayedLever => {
    const carbonG = id === undefined ? undefined : carbonOf(id)
    const played = entry(
      lever,
      carbonG,
      before,
      staticG,
      words,
      id === undefined ? words : undefined,
    )
    // A step that was not played leaves the next one nothing to be told apart from.
    if (id !== undefined) before = carbonG
    return played
  })
  const atHomeG = carbonOf('at-home')
  return [
    ...levers,
    entry(
      'control: past means',
      carbonOf('fixed-ranking'),
      atHomeG,
      staticG,
      'geo-shift that knows each zone’s past annual mean alone',
    ),
    entry(
      'control: energy only',
      carbonOf('energy-only'),
      atHomeG,
      staticG,
      'at home, blind to carbon',
    ),
  ]
}

/**
 * What the live signal adds to a ranking that never changes: the part of that ranking's carbon which
 * it saves. Negative: it made things worse. Undefined where one of the two breaks a promise: it may do so
 * by keeping less ready, and then carbon says nothing of signals.
 */
export function liveSignalAdds(compared: readonly ComparedPolicy[]): number | undefined {
  const live = compared.find(({ policy }) => policy === 'gridtide')
  const fixed = compared.find(({ policy }) => policy === 'fixed-ranking')
  return live?.counts && fixed?.counts ? 1 - live.carbonG / fixed.carbonG : undefined
}

/** Deferrable work has a total of its own: it is no part of what the other levers are shares of. */
function timeShiftWords(deferrable: readonly DeferrableResult[]): string {
  const ours = deferrable.find(({ policy }) => policy === 'gridtide')
  return ours
    ? `${(100 * ours.saving).toFixed(1)} % of the carbon of the deferrable jobs, beside this total`
    : 'no deferrable work was played'
}

function entry(
  lever: PlayedLever['lever'],
  carbonG: number | undefined,
  before: number | undefined,
  staticG: number | undefined,
  words: string,
  unknown = `${words}: not told apart, since not all policies were played`,
): PlayedLever {
  if (carbonG === undefined || before === undefined || !staticG) return { lever, words: unknown }
  return { lever, carbonG, ofStatic: (before - carbonG) / staticG, words }
}
