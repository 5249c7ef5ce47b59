import type { CarbonSeries } from '../domain/carbon-series.ts'
import { suspectAge } from './suspect-age.ts'
import { suspectLevel } from './suspect-level.ts'
import { suspectFrozen, suspectHoles, withoutZeros } from './suspect-shape.ts'
import type { Reference, Suspicion } from './suspicion.ts'

export type Judgement =
  /** `series` has lost the slots that `suspicions` name. */
  | {
      readonly verdict: 'trusted'
      readonly series: CarbonSeries
      readonly suspicions: readonly Suspicion[]
    }
  | { readonly verdict: 'quarantined'; readonly suspicions: readonly Suspicion[] }

export interface JudgementContext {
  readonly nowMs: number
  readonly reference?: Reference | undefined
  /** Forecasts older than this are stale. */
  readonly maxAgeMs?: number
}

/** May a provider's series be planned on? */
export type Judge = (series: CarbonSeries, context: JudgementContext) => Judgement

/**
 * Decides whether a provider's series may be planned on.
 *
 * The reference makes the rules sharp: zeros are impossible only where history says so, a constant
 * value is odd only in a grid that varies, a level is a slipped unit only next to a known one.
 *
 * @returns the series without its impossible slots, or why none of it is trusted; every suspicion
 *   is named in either case
 */
export const judgeSeries: Judge = (series, context) =>
  joined(series, context, judgeValues(series, context.reference))

/**
 * Judges like `judgeSeries`, the values of a series only once: while neither it nor the reference is
 * another object, asking again looks at its stamps alone.
 */
export function judgeOnce(): Judge {
  const known = new WeakMap<CarbonSeries, { reference: Reference | undefined; values: Judgement }>()
  return (series, context) => {
    const { reference } = context
    const before = known.get(series)
    const values =
      before && before.reference === reference ? before.values : judgeValues(series, reference)
    known.set(series, { reference, values })
    return joined(series, context, values)
  }
}

/** Stamps grow old while values stay what they are. */
function joined(series: CarbonSeries, { nowMs, maxAgeMs }: JudgementContext, values: Judgement) {
  const aged = suspectAge(series, nowMs, maxAgeMs)
  if (aged.length === 0) return values
  const more = values.verdict === 'quarantined' ? values.suspicions : []
  return { verdict: 'quarantined', suspicions: [...aged, ...more] } as const
}

function judgeValues(series: CarbonSeries, reference: Reference | undefined): Judgement {
  const wrong = [...suspectLevel(series, reference), ...suspectFrozen(series, reference)]
  if (wrong.length > 0) return { verdict: 'quarantined', suspicions: wrong }
  const { slots, suspicions: zeros, fatal } = withoutZeros(series, reference)
  const suspicions = [...zeros, ...suspectHoles(series)]
  if (fatal) return { verdict: 'quarantined', suspicions }
  return {
    verdict: 'trusted',
    series: slots === series.slots ? series : { ...series, slots },
    suspicions,
  }
}
