/**
 * Recursive ridge regression with forgetting: sums of outer products that decay, pulled towards
 * prior weights instead of zero, so that it answers sensibly before it has seen anything.
 *
 * weights = argmin sum_t forget^(age_t) (y_t - x_t . w)^2 + strength |w - prior|^2
 * (Hoerl and Kennard, Technometrics 12, 1970; the forgetting factor as in recursive least squares.)
 */
export interface Ridge {
  readonly gram: Float64Array
  readonly moment: Float64Array
  readonly prior: readonly number[]
  readonly strength: number
}

export const ridge = (prior: readonly number[], strength: number): Ridge => ({
  gram: new Float64Array(prior.length ** 2),
  moment: new Float64Array(prior.length),
  prior,
  strength,
})

/** Ages everything seen so far. */
export function forget(model: Ridge, factor: number): void {
  for (let index = 0; index < model.gram.length; index++) model.gram[index]! *= factor
  for (let index = 0; index < model.moment.length; index++) model.moment[index]! *= factor
}

/** Takes in one example: features `x`, truth `y`. */
export function learn(model: Ridge, x: readonly number[], y: number): void {
  const size = x.length
  for (let row = 0; row < size; row++) {
    model.moment[row]! += x[row]! * y
    for (let column = 0; column < size; column++) {
      model.gram[row * size + column]! += x[row]! * x[column]!
    }
  }
}

/** The weights now. The system is positive definite, so elimination needs no pivoting. */
export function weightsOf(model: Ridge): readonly number[] {
  const size = model.prior.length
  const rows = model.prior.map((prior, row) => {
    const line = Array.from(model.gram.subarray(row * size, (row + 1) * size))
    line[row]! += model.strength
    return [...line, model.moment[row]! + model.strength * prior]
  })
  for (let pivot = 0; pivot < size; pivot++) {
    for (let row = pivot + 1; row < size; row++) {
      const factor = rows[row]![pivot]! / rows[pivot]![pivot]!
      for (let column = pivot; column <= size; column++) {
        rows[row]![column]! -= factor * rows[pivot]![column]!
      }
    }
  }
  const weights = new Array<number>(size).fill(0)
  for (let row = size - 1; row >= 0; row--) {
    const known = weights.reduce((sum, weight, column) => sum + weight * rows[row]![column]!, 0)
    weights[row] = (rows[row]![size]! - known) / rows[row]![row]!
  }
  return weights
}

export function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!
  return sum
}
