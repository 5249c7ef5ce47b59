/** Number formats that weights are served in, the usual one first. */
export const PRECISIONS = ['bf16', 'fp8', 'mxfp4', 'int8', 'int4'] as const

export type Precision = (typeof PRECISIONS)[number]

/**
 * One way to lay a model out on GPUs. A backend has one scale target per (model, region, variant);
 * a plan moves replicas and traffic between declared variants.
 */
export interface Variant {
  /** Catalogue name of the GPU type, e.g. `H100`. */
  readonly gpu: string
  readonly tensorParallel: number
  readonly pipelineParallel: number
  /** Attention data-parallel groups inside one replica; 1 is none. */
  readonly dataParallel: number
  /** Experts are spread over the replica's GPUs instead of sliced. */
  readonly expertParallel: boolean
  readonly precision: Precision
  /** Most sequences running at once in one replica. */
  readonly maxBatch: number
  /** Per GPU; undefined runs at the board's default. */
  readonly powerCapWatts?: number
}

export const gpusPerReplica = (variant: Variant): number =>
  variant.tensorParallel * variant.pipelineParallel * variant.dataParallel

/** What a variant is without its limits, e.g. `H100-tp2-pp1-fp8`: what a correction is learned for. */
export function layoutId(variant: Omit<Variant, 'maxBatch'>): string {
  const parts = [variant.gpu, `tp${variant.tensorParallel}`, `pp${variant.pipelineParallel}`]
  if (variant.dataParallel > 1) parts.push(`dp${variant.dataParallel}`)
  if (variant.expertParallel) parts.push('ep')
  parts.push(variant.precision)
  return parts.join('-')
}

/** Stable, readable and unique among the variants of one model, e.g. `H100-tp2-pp1-fp8-b64`. */
export function variantId(variant: Variant): string {
  const parts = [layoutId(variant), `b${variant.maxBatch}`]
  if (variant.powerCapWatts !== undefined) parts.push(`${variant.powerCapWatts}w`)
  return parts.join('-')
}
