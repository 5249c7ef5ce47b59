import { AppError } from '../domain/errors.ts'
import type { Observed, Sightings, TargetRef } from './port.ts'

/** Looks at all of them at the same time; one that cannot be seen is left out. */
export async function observeEach(
  targets: readonly TargetRef[],
  look: (target: TargetRef) => Promise<Observed>,
): Promise<Sightings> {
  const seen = await Promise.all(
    targets.map(async (target) => {
      try {
        return [[target.id, await look(target)] as const]
      } catch (error) {
        if (error instanceof AppError) return []
        throw error
      }
    }),
  )
  return Object.fromEntries(seen.flat())
}
