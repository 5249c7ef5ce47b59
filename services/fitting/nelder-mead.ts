const TOLERANCE = 1e-6

/**
 * Minimises a function of a few unknowns without derivatives (Nelder and Mead, 1965, with the
 * usual coefficients 1, 2, 1/2, 1/2). Deterministic.
 *
 * @param start first guess; the simplex spans `step` around it
 */
export function minimise(
  f: (x: readonly number[]) => number,
  start: readonly number[],
  step: number,
  maxEvaluations: number,
): { readonly x: readonly number[]; readonly value: number } {
  const n = start.length
  const simplex = [
    start,
    ...start.map((_, i) => start.map((v, j) => (i === j ? v + step : v))),
  ].map((x) => ({ x, value: f(x) }))
  let evaluations = n + 1
  const at = (x: readonly number[]) => {
    evaluations++
    return { x, value: f(x) }
  }
  while (evaluations < maxEvaluations) {
    simplex.sort((a, b) => a.value - b.value)
    if (simplex[n]!.value - simplex[0]!.value < TOLERANCE) break
    improve(simplex, at)
  }
  simplex.sort((a, b) => a.value - b.value)
  return simplex[0]!
}

interface Vertex {
  readonly x: readonly number[]
  readonly value: number
}

type Evaluate = (x: readonly number[]) => Vertex

/** One move of a sorted simplex: reflect the worst vertex, expand, contract, or shrink all. */
function improve(simplex: Vertex[], at: Evaluate): void {
  const n = simplex.length - 1
  const worst = simplex[n]!
  const centre = worst.x.map((_, j) => simplex.slice(0, n).reduce((sum, p) => sum + p.x[j]!, 0) / n)
  const towards = (scale: number) => at(centre.map((c, j) => c + scale * (worst.x[j]! - c)))
  const reflected = towards(-1)
  if (reflected.value < simplex[0]!.value) {
    const expanded = towards(-2)
    simplex[n] = expanded.value < reflected.value ? expanded : reflected
    return
  }
  if (reflected.value < simplex[n - 1]!.value) {
    simplex[n] = reflected
    return
  }
  const contracted = towards(reflected.value < worst.value ? -0.5 : 0.5)
  if (contracted.value < Math.min(worst.value, reflected.value)) simplex[n] = contracted
  else shrink(simplex, at)
}

function shrink(simplex: Vertex[], at: Evaluate): void {
  const best = simplex[0]!.x
  for (let i = 1; i < simplex.length; i++) {
    simplex[i] = at(simplex[i]!.x.map((v, j) => best[j]! + (v - best[j]!) / 2))
  }
}
