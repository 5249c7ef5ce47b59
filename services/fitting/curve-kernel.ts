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

/** The kernel over its variance, at a distance in length scales times sqrt(3). */
export const curveShape = (r: number): number => (1 + r) * Math.exp(-r)
