/** Tangents that are tried: pieces of the function that matter are fewer. */
const MOST_STEPS = 10
const FLAT = 1e-7

type Tangent = readonly [value: number, slope: number]

/**
 * Where a concave function in straight pieces is greatest on [low, high]: the tangents of both ends
 * meet above it, and the meeting point is the next end (Kelley's cutting planes on a line).
 *
 * @param at value and slope
 * @returns `low` where `high` is infinite
 */
export function bestStep(low: number, high: number, at: (step: number) => Tangent): number {
  if (high <= low || high === Number.POSITIVE_INFINITY) return low
  const look = (step: number) => {
    const [value, rises] = at(step)
    return { step, value, rises }
  }
  let left = look(low)
  let right = look(high)
  for (let i = 0; i < MOST_STEPS && left.rises > 0 && right.rises < 0; i++) {
    const apart = right.value - left.value + left.rises * left.step - right.rises * right.step
    const step = apart / (left.rises - right.rises)
    const ceiling = left.value + left.rises * (step - left.step)
    const found = Math.max(left.value, right.value)
    if (ceiling - found <= FLAT * Math.abs(ceiling)) break
    const next = look(step)
    if (next.rises > 0) left = next
    else right = next
  }
  return left.value > right.value ? left.step : right.step
}
