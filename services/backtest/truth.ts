import { random } from '../planning/index.ts'
import type { Arena } from './arena.ts'

/** What the fits do not know: drawn once a run, and hidden from every policy. */
export interface Truth {
  /** By model and bin: J of one more token. */
  readonly tokenJoules: readonly Float64Array[]
}

/**
 * Draws the true energy of every model and layout from its fit's posterior: log-normal, half of the
 * variance common to all layouts of a model, the same in every region.
 *
 * @param seed the world's; 0 is the fit's own mean
 */
export function drawTruth(arena: Arena, seed: number): Truth {
  return {
    tokenJoules: arena.models.map(({ bins }, m) => {
      const common = normal(seed, m, 0)
      const ids = [...new Set(bins.map(({ point }) => point.id))].sort()
      const own = new Map(ids.map((id, index) => [id, normal(seed, m, index + 1)]))
      return Float64Array.from(bins, ({ point, tokenJoules }) => {
        if (seed === 0) return tokenJoules
        const z = (common + own.get(point.id)!) * Math.SQRT1_2
        const busyWatts = point.busyWatts * Math.exp(z * point.logSdJoulesPerToken)
        return Math.max(0, busyWatts - point.idleWatts) / point.capacityTokensPerSecond
      })
    }),
  }
}

/** A standard normal for a seed and two indices (Box and Muller 1958). */
export function normal(seed: number, a: number, b: number): number {
  const next = random(
    Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(a + 1, 0x85ebca6b) ^ Math.imul(b + 1, 0xc2b2ae35),
  )
  const radius = Math.sqrt(-2 * Math.log(1 - next()))
  return radius * Math.cos(2 * Math.PI * next())
}
