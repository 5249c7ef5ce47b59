/** Fewer past days than this prove nothing either way. */
const LEAST_DAYS = 7
/** One-sided 5 % point of the normal distribution. */
const CRITICAL_Z = 1.645

export type Skill = 'proven' | 'unproven' | 'none'

/**
 * Has placing jobs by a forecast saved carbon, beyond luck? A one-sided test of the mean gain.
 *
 * @param gains share saved on each past day by a four-hour job, against no particular hour
 * @returns `none` where a week or more of record shows no gain: time-shifting there is then noise
 */
export function skillOf(gains: readonly number[]): Skill {
  const count = gains.length
  if (count < LEAST_DAYS) return 'unproven'
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / count
  const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / (count - 1)
  return mean > 0 && mean > CRITICAL_Z * Math.sqrt(variance / count) ? 'proven' : 'none'
}
