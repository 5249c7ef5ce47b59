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
    const worst = simplex[n]!
    if (worst.value - simplex[0]!.value < 1e-6) break
    const centre = start.map((_, j) => simplex.slice(0, n).reduce((sum, p) => sum + p.x[j]!, 0) / n)
    const towards = (scale: number) => centre.map((c, j) => c + scale * (worst.x[j]! - c))
    const reflected = at(towards(-1))
    if (reflected.value < simplex[0]!.value) {
      const expanded = at(towards(-2))
      simplex[n] = expanded.value < reflected.value ? expanded : reflected
    } else if (reflected.value < simplex[n - 1]!.value) simplex[n] = reflected
    else {
      const contracted = at(towards(reflected.value < worst.value ? -0.5 : 0.5))
      if (contracted.value < Math.min(worst.value, reflected.value)) simplex[n] = contracted
      else shrink(simplex, at)
    }
  }
  simplex.sort((a, b) => a.value - b.value)
  return simplex[0]!
}

interface Vertex {
  readonly x: readonly number[]
  readonly value: number
}

function shrink(simplex: Vertex[], at: (x: readonly number[]) => Vertex): void {
  const best = simplex[0]!.x
  for (let i = 1; i < simplex.length; i++) {
    simplex[i] = at(simplex[i]!.x.map((v, j) => best[j]! + (v - best[j]!) / 2))
  }
}
