import type { Ledger } from './ledger.ts'
import type { Knobs } from './policy.ts'
import type { GridRecord } from './record.ts'
import type { SimulateOptions } from './simulate.ts'
import { isHopeless, judgement, type Trial } from './tune.ts'

/** Plays a record with a setting. */
export type Play = (record: GridRecord, setting: Knobs, options: SimulateOptions) => Ledger

/**
 * Plays the tuning weeks with one setting, only as far as it can still become the best: the setting
 * found in the end is the same as if every one were played out.
 */
export function judgeSetting(
  tuning: readonly GridRecord[],
  setting: Knobs,
  best: Trial | undefined,
  play: Play,
): Omit<Trial, 'knobs'> {
  const ledgers: Ledger[] = []
  let carbonG = 0
  for (const record of tuning) {
    const hopeless = (run: Ledger) => isHopeless(best, carbonG, run, wholeOf(record))
    const ledger = play(record, setting, { isHopeless: hopeless })
    ledgers.push(ledger)
    if (hopeless(ledger)) return { ...judgement(ledgers), abandoned: true }
    carbonG += ledger.carbonG
  }
  return judgement(ledgers)
}

type Whole = Pick<Ledger, 'tokens' | 'modelWindows'>

const known = new WeakMap<GridRecord, Whole>()

/** All that comes in the simulated time. */
function wholeOf(record: GridRecord): Whole {
  const before = known.get(record)
  if (before !== undefined) return before
  const { demand, leadWindows, windowCount, windowSeconds } = record
  let rate = 0
  for (const rates of demand.flat()) {
    for (let w = leadWindows; w < rates.length; w++) rate += rates[w]!
  }
  const modelWindows = demand.length * (windowCount - leadWindows)
  const whole = { tokens: rate * windowSeconds, modelWindows }
  known.set(record, whole)
  return whole
}
