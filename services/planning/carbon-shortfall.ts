import { groupBy } from './group-by.ts'
import { plannedIntensity } from './instance.ts'
import type { PlanningProblem, PlanningRegion } from './problem.ts'

/**
 * Errors of one zone's forecast that lie h hours apart correlate with exp(-h / this). Measured on 13
 * zones (`npm run bench:forecast`): 0.92 at 1 h, 0.56 at 6 h, 0.42 at 12 h; of two zones at one hour 0.08.
 */
const ERROR_MEMORY_HOURS = 12
const MS_PER_HOUR = 3_600_000

/**
 * How far the carbon of a difference in energy may fall short of what is expected, one-sided 90 %.
 *
 * Errors are taken as normal with the forecast's 10 % and 90 % quantiles (the wider side for both), independent between zones, and in
 * a zone fading as exp(-h / 12 h). With a_t the energy times that half-width, the square of the result is the sum
 * over zones of `sum_t a_t^2 + 2 sum_{s<t} a_s a_t exp(-(t - s) / 12 h)`. It is convex in the energy.
 *
 * @param differenceKwh PUE included, by region id, [window]
 * @returns gCO2e, not negative
 */
export function carbonShortfall(
  problem: PlanningProblem,
  differenceKwh: ReadonlyMap<string, Float64Array>,
): number {
  const zones = groupBy(problem.regions, ({ zone }) => zone)
  const squares = [...zones.values()].map((regions) =>
    squareOf(
      problem.windows.map(({ startMs }, t) => ({
        hour: startMs / MS_PER_HOUR,
        grams: regions.reduce(
          (sum, region) => sum + differenceKwh.get(region.id)![t]! * halfWidth(problem, region, t),
          0,
        ),
      })),
    ),
  )
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0))
}

/** gCO2e/kWh from what is counted on to the farther end of the band; below 0 nothing counts. */
function halfWidth({ policy }: PlanningProblem, region: PlanningRegion, t: number): number {
  const [level, low, high] = [
    plannedIntensity(policy, region, t),
    region.carbonLowGPerKwh[t]!,
    region.carbonHighGPerKwh[t]!,
  ].map((gPerKwh) => Math.max(0, gPerKwh)) as [number, number, number]
  return Math.max(level - low, high - level)
}

/** Variance of a sum whose errors fade, in one pass: the errors so far are carried along. */
function squareOf(parts: readonly { readonly hour: number; readonly grams: number }[]): number {
  let [square, carried, before] = [0, 0, parts[0]!.hour]
  for (const { hour, grams } of parts) {
    carried *= Math.exp(-(hour - before) / ERROR_MEMORY_HOURS)
    square += grams * (grams + 2 * carried)
    carried += grams
    before = hour
  }
  // A sum of squares by its nature; rounding can leave it a little below 0.
  return Math.max(0, square)
}
