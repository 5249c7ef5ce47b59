import type { Ceiling } from '../ceiling.ts'
import type { ComparedPolicy } from '../compare.ts'
import type { DeferrableResult } from '../deferrable/play-jobs.ts'
import type { PlayedLever } from '../levers.ts'
import type { PolicyResult } from '../play-policy.ts'
import type { PriceOfNotKnowing } from '../price-of-not-knowing.ts'
import type { WholeWorkload } from '../whole-workload.ts'

/** Everything a report shows; plain JSON, and what `--out` keeps. */
export interface BacktestOutcome {
  readonly fleet: string
  readonly from: string
  readonly to: string
  readonly seed: number
  readonly signal: string
  readonly basis: string
  readonly compared: readonly ComparedPolicy[]
  /** The most that anybody could have gained. */
  readonly ceiling?: Ceiling
  readonly priceOfNotKnowing: PriceOfNotKnowing
  readonly levers: readonly PlayedLever[]
  /** Rules for deferrable work; empty where none was played. */
  readonly deferrable: readonly DeferrableResult[]
  /** Both kinds of work in one total, where deferrable work was played. */
  readonly wholeWorkload?: WholeWorkload
  /** Share of the fixed ranking's carbon that the live signal saves. */
  readonly liveSignalAdds?: number
  readonly regions: readonly {
    readonly id: string
    readonly zone: string
    /** gCO2e/kWh of the first run, by hour. */
    readonly hourlyG: readonly number[]
  }[]
  /** tokens/s of the first run, by hour. */
  readonly hourlyTokensPerSecond: readonly number[]
  /** By variation: carbon saved against static, by policy. */
  readonly sensitivity: readonly {
    readonly name: string
    readonly saving: Readonly<Record<string, number>>
    /** Policies, `static` among them, that break a promise there: their carbon says nothing. */
    readonly broken: readonly string[]
  }[]
  readonly results: readonly PolicyResult[]
}
