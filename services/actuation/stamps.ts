import { ANNOTATION, type JsonPatchStep, type KubernetesObject } from './kubernetes.ts'
import type { ApplyContext, Observed } from './port.ts'

/** What our stamps on an object say of it. */
export function pausedOrFenced(
  object: KubernetesObject,
): Pick<Observed, 'version' | 'paused'> & Partial<Pick<Observed, 'fence'>> {
  const { annotations = {}, resourceVersion } = object.metadata
  const fence = Number(annotations[ANNOTATION.fence])
  return {
    version: resourceVersion,
    paused: annotations[ANNOTATION.paused] === 'true',
    ...(Number.isSafeInteger(fence) && { fence }),
  }
}

/** The same stamps as a JSON patch, on condition of the version that was seen. */
export function stampSteps(
  object: KubernetesObject,
  { fence, planVersion, idempotencyKey }: ApplyContext,
): readonly JsonPatchStep[] {
  const { resourceVersion, annotations } = object.metadata
  const stamps = {
    [ANNOTATION.fence]: String(fence),
    [ANNOTATION.plan]: planVersion,
    [ANNOTATION.key]: idempotencyKey,
  }
  const at = (key: string) =>
    `/metadata/annotations/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
  const root: readonly JsonPatchStep[] = annotations
    ? []
    : [{ op: 'add', path: '/metadata/annotations', value: {} }]
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
    ...root,
    ...Object.entries(stamps).map(
      ([key, value]): JsonPatchStep => ({ op: 'add', path: at(key), value }),
    ),
  ]
}
