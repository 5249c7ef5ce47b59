import { InvalidInput } from '../domain/errors.ts'

/** A setting measured at one SM clock. Power is of the whole replica. */
export interface ClockPoint {
  readonly smClockMhz: number
  readonly stepMs: number
  readonly powerWatts: number
}

/** t(f) = memory + compute f0/f; P(f) = floor + dynamic (f/f0)^exponent. */
export interface PowerLever {
  readonly baseClockMhz: number
  /** Share of the step that scales with the clock at the base clock, 0 to 1. */
  readonly computeShare: number
  readonly stepMs: number
  /** Idle plus memory power: does not change with the clock. */
  readonly floorWatts: number
  readonly dynamicWatts: number
  readonly exponent: number
}

const LEAST_EXPONENT = 1
const MOST_EXPONENT = 3
const CAP_SEARCH_STEPS = 60

/**
 * Fits the clock lever from a run at the base clock and two at lower clocks.
 *
 * The exponent is searched in [1, 3] (voltage constant to voltage proportional to clock); for each
 * the floor and the dynamic part are the least-squares line, the floor held at or above idle.
 *
 * @param points three or more, of one setting, at different clocks
 * @throws InvalidInput with fewer than three clocks
 */
export function fitPowerLever(points: readonly ClockPoint[], idleWatts: number): PowerLever {
  if (new Set(points.map((point) => point.smClockMhz)).size < 3) {
    throw new InvalidInput('a clock lever needs runs at three different SM clocks')
  }
  const base = points.reduce((a, b) => (b.smClockMhz > a.smClockMhz ? b : a))
  const candidates = Array.from({ length: 41 }, (_, i) => {
    const exponent = LEAST_EXPONENT + ((MOST_EXPONENT - LEAST_EXPONENT) * i) / 40
    return { exponent, ...fitLine(points, base.smClockMhz, exponent, idleWatts) }
  })
  const best = candidates.reduce((a, b) => (b.error < a.error ? b : a))
  return {
    baseClockMhz: base.smClockMhz,
    computeShare: computeShareOf(points, base),
    stepMs: base.stepMs,
    floorWatts: best.floorWatts,
    dynamicWatts: best.dynamicWatts,
    exponent: best.exponent,
  }
}

/** Slope of step/step0 - 1 against f0/f - 1, through the origin, kept within [0, 1]. */
function computeShareOf(points: readonly ClockPoint[], base: ClockPoint): number {
  let xy = 0
  let xx = 0
  for (const { smClockMhz, stepMs } of points) {
    const x = base.smClockMhz / smClockMhz - 1
    xy += x * (stepMs / base.stepMs - 1)
    xx += x * x
  }
  return Math.min(1, Math.max(0, xy / xx))
}

function fitLine(
  points: readonly ClockPoint[],
  baseClockMhz: number,
  exponent: number,
  idleWatts: number,
) {
  const xs = points.map((point) => (point.smClockMhz / baseClockMhz) ** exponent)
  const ys = points.map((point) => point.powerWatts)
  const meanX = mean(xs)
  const meanY = mean(ys)
  const slope =
    xs.reduce((sum, x, i) => sum + (x - meanX) * (ys[i]! - meanY), 0) /
    xs.reduce((sum, x) => sum + (x - meanX) ** 2, 0)
  const floorWatts = Math.max(idleWatts, meanY - slope * meanX)
  const dynamicWatts = Math.max(0, (meanY - floorWatts) / meanX)
  const error = xs.reduce((sum, x, i) => sum + (floorWatts + dynamicWatts * x - ys[i]!) ** 2, 0)
  return { floorWatts, dynamicWatts, error }
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** Step and power at an SM clock. */
export function atClock(lever: PowerLever, smClockMhz: number): ClockPoint {
  const ratio = smClockMhz / lever.baseClockMhz
  return {
    smClockMhz,
    stepMs: lever.stepMs * (1 - lever.computeShare + lever.computeShare / ratio),
    powerWatts: lever.floorWatts + lever.dynamicWatts * ratio ** lever.exponent,
  }
}

/**
 * Step and power under a cap of the replica's power: the firmware lowers the clock until the cap
 * holds, so a cap above the draw changes nothing, and one below the floor cannot hold.
 */
export function atPowerCap(lever: PowerLever, capWatts: number): ClockPoint | undefined {
  if (capWatts >= lever.floorWatts + lever.dynamicWatts) return atClock(lever, lever.baseClockMhz)
  if (capWatts <= lever.floorWatts) return undefined
  let low = 0
  let high = 1
  for (let i = 0; i < CAP_SEARCH_STEPS; i++) {
    const middle = (low + high) / 2
    if (lever.floorWatts + lever.dynamicWatts * middle ** lever.exponent > capWatts) high = middle
    else low = middle
  }
  return atClock(lever, low * lever.baseClockMhz)
}
