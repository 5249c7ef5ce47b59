import { type LiveBias, liveFactor } from './live-correction.ts'

/** What predictions of one layout are multiplied by. */
export interface LiveFactors {
  readonly step: number
  readonly power: number
}

/** What production was seen to differ by, of one layout and quantity. */
export interface SeenBias {
  /** `layoutId` of the variant. */
  readonly layout: string
  readonly quantity: keyof LiveFactors
  readonly bias: LiveBias
}

export const UNCORRECTED: LiveFactors = { step: 1, power: 1 }

/** Fewer say more of the hour than of the layout. */
const LEAST_OBSERVATIONS = 10

/** Clamped factors by layout, from what was seen of one model; a hasty bias corrects nothing. */
export function liveFactorsOf(seen: readonly SeenBias[]): ReadonlyMap<string, LiveFactors> {
  const factors = new Map<string, LiveFactors>()
  for (const { layout, quantity, bias } of seen) {
    if (bias.observations < LEAST_OBSERVATIONS) continue
    factors.set(layout, {
      ...(factors.get(layout) ?? UNCORRECTED),
      [quantity]: liveFactor(bias),
    })
  }
  return factors
}
