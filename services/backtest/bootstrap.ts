import { random } from '../planning/index.ts'

const REPEATS = 2000

/** A saving and how far it may lie off: 5 % and 95 % of resampled blocks. */
export interface Interval {
  readonly mean: number
  readonly low: number
  readonly high: number
}

/**
 * Confidence of a saving, by resampling whole blocks (weeks, or days of weeks) with replacement, so
 * that what is alike inside a block stays together (Künsch 1989).
 *
 * @param pairs carbon of the reference and of the policy, block by block
 * @returns 1 - policy / reference
 */
export function blockBootstrap(
  pairs: readonly (readonly [referenceG: number, policyG: number])[],
  seed: number,
): Interval {
  const saving = (of: readonly (readonly [number, number])[]) => {
    const reference = of.reduce((sum, [value]) => sum + value, 0)
    return reference > 0 ? 1 - of.reduce((sum, [, value]) => sum + value, 0) / reference : 0
  }
  const next = random(seed)
  const draws = Float64Array.from({ length: REPEATS }, () =>
    saving(pairs.map(() => pairs[Math.floor(next() * pairs.length)]!)),
  ).sort()
  const at = (q: number) => draws[Math.min(REPEATS - 1, Math.floor(q * REPEATS))]!
  return { mean: saving(pairs), low: at(0.05), high: at(0.95) }
}
