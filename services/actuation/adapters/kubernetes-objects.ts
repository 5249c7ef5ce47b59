import { type GuardDeps, guardedBackend } from '../guarded-backend.ts'
import type { KubernetesApi } from '../kubernetes.ts'
import type { InferenceBackend } from '../port.ts'
import { horizontalPodAutoscaler, kedaPause, scaledObject } from './autoscaler-kinds.ts'
import { kserveInferenceService, kserveLlmInferenceService } from './kserve.ts'
import { type ObjectKind, objectDriver } from './kubernetes-object.ts'

const backendOf =
  (kind: ObjectKind) =>
  (api: KubernetesApi, deps: GuardDeps): InferenceBackend =>
    guardedBackend(objectDriver(api, kind, deps.nowMs), deps)

/** Locator of each: `namespace`, `name`. */
export const hpaBounds = (api: KubernetesApi, deps: GuardDeps, version: 'v1' | 'v2' = 'v2') =>
  backendOf(horizontalPodAutoscaler(version))(api, deps)
export const scaledObjectBounds = backendOf(scaledObject)
export const kedaPauseBackend = backendOf(kedaPause)
export const kserveBackend = backendOf(kserveInferenceService)
export const kserveLlmBackend = backendOf(kserveLlmInferenceService)
