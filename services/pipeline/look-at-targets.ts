import {
  type InferenceBackend,
  observeEach,
  type Sightings,
  type TargetRef,
} from '../actuation/index.ts'

export type TargetLook = (backendId: string) => InferenceBackend

/** Every target as it is now, asked for together where its backend can be asked so. */
export async function lookAtTargets(
  backendOf: TargetLook,
  targets: readonly TargetRef[],
  abort?: AbortSignal,
): Promise<Sightings> {
  const ids = [...new Set(targets.map(({ backend }) => backend))]
  const looks = ids.map((id) => {
    const mine = targets.filter((target) => target.backend === id)
    const backend = backendOf(id)
    return backend.observeAll
      ? backend.observeAll(mine, abort)
      : observeEach(mine, (target) => backend.observe(target, abort))
  })
  return Object.assign({}, ...(await Promise.all(looks)))
}
