import { FEATURES } from './features.ts'

const D = FEATURES.length

/** L L' of a lower triangle stored row after row, D x D. */
export function squareOf(linearFactor: readonly number[]): Float64Array {
  const l = new Float64Array(D * D)
  for (let i = 0, at = 0; i < D; i++)
    for (let j = 0; j <= i; j++) l[i * D + j] = linearFactor[at++]!
  const covariance = new Float64Array(D * D)
  for (let i = 0; i < D; i++) {
    for (let j = 0; j < D; j++) {
      for (let k = 0; k <= Math.min(i, j); k++)
        covariance[i * D + j]! += l[i * D + k]! * l[j * D + k]!
    }
  }
  return covariance
}

/** Lower triangle of a D x D matrix, row after row. */
export function lowerTriangle(matrix: Float64Array): number[] {
  const lower: number[] = []
  for (let i = 0; i < D; i++) for (let j = 0; j <= i; j++) lower.push(matrix[i * D + j]!)
  return lower
}
