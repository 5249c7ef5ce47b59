/**
 * Non-negative least squares, min |A x - b| with x >= 0, from the normal equations A'A and A'b by
 * cyclic coordinate descent. Convex, so it converges to the optimum; a dozen unknowns take ms.
 *
 * @param gram A'A, k x k row-major, with a positive diagonal where x may be non-zero
 * @param moment A'b, length k
 */
export function nonNegativeLeastSquares(gram: Float64Array, moment: Float64Array): Float64Array {
  const k = moment.length
  const x = new Float64Array(k)
  for (let sweep = 0; sweep < 5000; sweep++) {
    let change = 0
    for (let i = 0; i < k; i++) {
      const curvature = gram[i * k + i]!
      if (curvature <= 0) continue
      let gradient = moment[i]!
      for (let j = 0; j < k; j++) gradient -= gram[i * k + j]! * x[j]!
      const next = Math.max(0, x[i]! + gradient / curvature)
      change = Math.max(change, Math.abs(next - x[i]!) / (1e-6 + Math.abs(next)))
      x[i] = next
    }
    if (change < 1e-9) break
  }
  return x
}
