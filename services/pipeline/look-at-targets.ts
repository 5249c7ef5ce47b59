import type { InferenceBackend, Observed, TargetRef } from '../actuation/index.ts'
import { AppError } from '../domain/errors.ts'

export type TargetLook = (backendId: string) => InferenceBackend

/** Every target as it is now, by its id. One that cannot be seen is absent, so nobody guesses. */
export async function lookAtTargets(
  backend: TargetLook,
  targets: readonly TargetRef[],
  abort?: AbortSignal,
): Promise<Record<string, Observed>> {
  const seen = await Promise.all(
    targets.map(async (ref) => {
      try {
        return [[ref.id, await backend(ref.backend).observe(ref, abort)] as const]
      } catch (error) {
        if (error instanceof AppError) return []
        throw error
      }
    }),
  )
  return Object.fromEntries(seen.flat())
}
