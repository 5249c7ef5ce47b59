import type { DeferrablePolicy } from '../policy.ts'
import { leastSum, lengthMs } from '../slots.ts'

const HOUR_MS = 3_600_000
/** Jobs up to this long are in the short queue. */
const SHORT_HOURS = 2

/**
 * Lowest window: the start of the least mean intensity over the mean length of the job's queue; its
 * own length is not known to it.
 *
 * @param hours lengths of jobs that came before, to know the queues by
 */
export function gaia(hours: readonly number[]): DeferrablePolicy {
  const meanHours = (isShort: boolean, own: number) => {
    const those = hours.filter((each) => each <= SHORT_HOURS === isShort)
    return those.length > 0 ? those.reduce((a, b) => a + b, 0) / those.length : own
  }
  return {
    id: 'gaia',
    title: 'GAIA, lowest window: one piece, where the mean length of the queue is cleanest',
    source: 'GAIA, ASPLOS 2024; github.com/umassos/GAIA, src/scheduling',
    place(job, forecast) {
      const own = lengthMs(job) / HOUR_MS
      return leastSum(job, forecast, meanHours(own <= SHORT_HOURS, own) * HOUR_MS)
    },
  }
}
