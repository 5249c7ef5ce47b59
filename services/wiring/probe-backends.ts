import { memoryTargetMemory } from '../actuation/adapters/memory-target-memory.ts'
import type { InferenceBackend } from '../actuation/index.ts'
import { AppError } from '../domain/errors.ts'
import { type Backend, type Fleet, type Placement, scaleTargetOf } from '../fleet/index.ts'
import { type BackendDeps, openBackends } from './backends.ts'

export interface BackendCheck {
  readonly ok: boolean
  readonly backend: string
  readonly kind: Backend['kind']
  /** Absent where the backend cannot even be opened, or has nothing to steer. */
  readonly target?: string
  /** What it can do, or what is missing to do it. */
  readonly words: string
}

/**
 * Asks each backend what it can do with one target of every entry of its list. Nothing is written.
 *
 * @param places where models may be placed, best first; each entry is tried on the first that fits
 */
export async function probeBackends(
  { backends }: Pick<Fleet, 'backends'>,
  places: readonly Placement[],
  deps: Omit<BackendDeps, 'memory'>,
): Promise<readonly BackendCheck[]> {
  const checks = await Promise.all(backends.map((backend) => probeOne(backend, places, deps)))
  return checks.flat()
}

async function probeOne(
  backend: Backend,
  places: readonly Placement[],
  deps: Omit<BackendDeps, 'memory'>,
): Promise<readonly BackendCheck[]> {
  const about = { backend: backend.id, kind: backend.kind }
  try {
    const memory = memoryTargetMemory()
    const opened = (await openBackends({ backends: [backend] }, { ...deps, memory })).get(
      backend.id,
    )!
    return await Promise.all(
      backend.targets.map(async (target) => ({
        ...about,
        ...(await probeEntry(opened, { ...backend, targets: [target] } as Backend, places)),
      })),
    )
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return [{ ...about, ok: false, words: error.message }]
  }
}

/** @param one a backend with a single entry */
async function probeEntry(
  opened: InferenceBackend,
  one: Backend,
  places: readonly Placement[],
): Promise<Pick<BackendCheck, 'ok' | 'target' | 'words'>> {
  for (const place of places) {
    const found = scaleTargetOf({ backends: [one] }, place)
    if (!found) continue
    const { floorReplicas: _, ...ref } = found
    try {
      const able = await opened.probe({ ...ref, kind: 'replicas', region: place.region })
      const missing = able.missing.join('; ')
      const words = able.scaleToZero ? 'may be steered, to zero too' : 'may be steered, not to zero'
      return { ok: missing === '', target: ref.id, words: missing || words }
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      return { ok: false, target: ref.id, words: error.message }
    }
  }
  return { ok: false, words: 'no model of the fleet can be placed on one of its targets' }
}
