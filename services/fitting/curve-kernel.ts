/** Amplitude and length scales of the curve component. */
export interface CurveShape {
  readonly curveSd: number
  readonly batchLength: number
  readonly gpusLength: number
}

/**
 * Matérn-3/2 covariance of two settings (Rasmussen and Williams 4.17): measured curves bend where
 * an engine changes kernels or graphs, which an infinitely smooth kernel would iron out.
 *
 * @param batch difference in scaled log2 batch
 * @param gpus difference in scaled log2 GPUs
 */
export function curveKernel(shape: CurveShape, batch: number, gpus: number): number {
  const db = batch / shape.batchLength
  const dg = gpus / shape.gpusLength
  const r = Math.sqrt(3 * (db * db + dg * dg))
  return shape.curveSd ** 2 * curveShape(r)
}

/** Where exp(-r) is kept: beyond the last node it is under 1e-20. */
const NODES_PER_UNIT = 64
const LAST_NODE = 47
const NODES = Float64Array.from({ length: LAST_NODE * NODES_PER_UNIT + 1 }, (_, i) =>
  Math.exp(-i / NODES_PER_UNIT),
)

/**
 * The kernel over its variance, at a distance in length scales times sqrt(3): (1 + r) exp(-r). The
 * exponential is the nearest node's times four terms of Taylor's series, exact to 3e-13 of itself and
 * several times as fast as `Math.exp`: a plan asks for it a million times.
 */
export function curveShape(r: number): number {
  if (r > LAST_NODE) return 0
  const node = (r * NODES_PER_UNIT + 0.5) | 0
  const x = node / NODES_PER_UNIT - r
  const taylor = 1 + x + x * x * (1 / 2 + x * (1 / 6) + x * x * (1 / 24))
  return (1 + r) * NODES[node]! * taylor
}
