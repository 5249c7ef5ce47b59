const ENOUGH = 1e-7
const SUFFICIENT_DECREASE = 1e-4
const HALVINGS = 30

export interface Point {
  readonly x: Float64Array
  readonly value: number
  readonly gradient: Float64Array
}

/**
 * Minimises a smooth function of a few unknowns: BFGS with a backtracking line search (Nocedal and
 * Wright, Numerical Optimization, 2006, algorithms 3.1 and 6.1). Deterministic. Ends where a step
 * gains less than 1e-7 of the value, or nothing.
 *
 * @param f value and gradient; NaN says that the point is not allowed
 */
export function minimise(
  f: (x: Float64Array) => Omit<Point, 'x'>,
  start: Float64Array,
  maxSteps: number,
): Point {
  let here: Point = { x: start, ...f(start) }
  let inverse = scaledIdentity(here.gradient)
  for (let step = 0; step < maxSteps; step++) {
    const next = searchAlong(f, here, inverse)
    if (!next) break
    inverse = updated(inverse, here, next)
    const gain = here.value - next.value
    here = next
    if (gain <= ENOUGH * Math.abs(here.value)) break
  }
  return here
}

/** The first step moves by one at most: unknowns here are logarithms. */
function scaledIdentity(gradient: Float64Array): Float64Array {
  const n = gradient.length
  const scale = 1 / Math.max(1, Math.hypot(...gradient))
  return Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? scale : 0))
}

function searchAlong(
  f: (x: Float64Array) => Omit<Point, 'x'>,
  { x, value, gradient }: Point,
  inverse: Float64Array,
): Point | undefined {
  const direction = times(inverse, gradient).map((d) => -d)
  const slope = dot(direction, gradient)
  for (let halving = 0, length = 1; halving < HALVINGS; halving++, length /= 2) {
    const to = x.map((v, i) => v + length * direction[i]!)
    const there = f(to)
    if (there.value < value + SUFFICIENT_DECREASE * length * slope) return { x: to, ...there }
  }
  return undefined
}

/** The inverse Hessian after one step, left alone where the step met no positive curvature. */
function updated(inverse: Float64Array, from: Point, to: Point): Float64Array {
  const n = from.x.length
  const s = to.x.map((v, i) => v - from.x[i]!)
  const y = to.gradient.map((v, i) => v - from.gradient[i]!)
  const curvature = dot(s, y)
  if (!(curvature > 0)) return inverse
  const hy = times(inverse, y)
  const scale = (1 + dot(y, hy) / curvature) / curvature
  return inverse.map((h, at) => {
    const i = Math.floor(at / n)
    const j = at % n
    return h + scale * s[i]! * s[j]! - (hy[i]! * s[j]! + s[i]! * hy[j]!) / curvature
  })
}

function times(matrix: Float64Array, vector: Float64Array): Float64Array {
  const n = vector.length
  return vector.map((_, i) => dot(matrix.subarray(i * n, (i + 1) * n), vector))
}

const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0)
