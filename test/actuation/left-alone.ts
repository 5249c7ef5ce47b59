import type { Stored } from './fake-kubernetes.ts'

const within = (wish: number, min: number, max: number) => Math.max(min, Math.min(max, wish))

/** Replicas that a HorizontalPodAutoscaler runs while its metric wishes for so many. */
export const hpaAlone = ({ spec }: Stored, wish: number): number =>
  within(wish, Number(spec.minReplicas ?? 1), Number(spec.maxReplicas))

/** The same of KEDA, which a pause holds at one count. */
export function kedaAlone({ metadata, spec }: Stored, wish: number): number {
  const paused = metadata.annotations?.['autoscaling.keda.sh/paused-replicas']
  if (paused !== undefined) return Number(paused)
  return within(wish, Number(spec.minReplicaCount ?? 0), Number(spec.maxReplicaCount ?? 100))
}

interface Bounds {
  readonly minReplicas?: number
  readonly maxReplicas?: number
}

/** The same of KServe, for an InferenceService and an LLMInferenceService. */
export function kserveAlone({ spec }: Stored, wish: number): number {
  const { predictor, scaling, replicas } = spec as {
    predictor?: Bounds
    scaling?: Bounds
    replicas?: number
  }
  const bounds = predictor ?? scaling
  if (!bounds) return replicas ?? 1
  return within(wish, bounds.minReplicas ?? 1, bounds.maxReplicas || Number.POSITIVE_INFINITY)
}
