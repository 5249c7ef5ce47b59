import { type SeenTraffic, weekPeak } from '../forecast/index.ts'
import type { View } from './policy.ts'

/** What a policy has seen of one model and origin, in the words of the rule that the service uses too. */
export function seenTraffic(
  { observed, periodWindows }: Pick<View, 'observed' | 'periodWindows'>,
  windowSeconds: number,
  model: number,
  origin: number,
): SeenTraffic {
  const rateAt = (ago: number) => observed(model, origin, ago)
  return {
    windowSeconds,
    aheadWindows: periodWindows,
    rateAt,
    peak: (enough) => weekPeak(windowSeconds, rateAt, enough),
  }
}
