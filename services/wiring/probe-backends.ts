import { memoryTargetMemory } from '../actuation/adapters/memory-target-memory.ts'
import type { Capabilities, InferenceBackend, TargetRef } from '../actuation/index.ts'
import { AppError } from '../domain/errors.ts'
import {
  type Backend,
  type JobScheduler,
  type Placement,
  type PowerCap,
  powerTargetsOf,
  type Route,
  routeTargetsOf,
  scaleTargetOf,
} from '../fleet/index.ts'
import { type BackendDeps, openBackends, type Steered } from './backends.ts'

export interface BackendCheck {
  readonly ok: boolean
  readonly backend: string
  readonly kind: (Backend | Route | PowerCap | JobScheduler)['kind']
  /** Absent where the backend cannot even be opened, or has nothing to steer. */
  readonly target?: string
  /** What it can do, or what is missing to do it. */
  readonly words: string
}

/** One backend, router or power daemon, alone in a fleet, and a target of each of its entries. */
interface Probed {
  readonly of: Backend | Route | PowerCap
  readonly fleet: Steered
  readonly targets: readonly (TargetRef | undefined)[]
}

const NOTHING: Steered = { backends: [], routes: [], powerCaps: [] }

/**
 * Asks everything that a fleet steers what it can do with one target of every entry of its list.
 * Nothing is written.
 *
 * @param places where models may be placed, best first; each entry is tried on the first that fits
 */
export async function probeBackends(
  { backends, routes, powerCaps }: Steered,
  places: readonly Placement[],
  deps: Omit<BackendDeps, 'memory'>,
): Promise<readonly BackendCheck[]> {
  const all: readonly Probed[] = [
    ...backends.map((of) => ({ of, fleet: { ...NOTHING, backends: [of] }, ...scaled(of, places) })),
    ...routes.map((of) => ({ of, fleet: { ...NOTHING, routes: [of] }, ...routed(of, places) })),
    ...powerCaps.map((of) => ({
      of,
      fleet: { ...NOTHING, powerCaps: [of] },
      ...capped(of, places),
    })),
  ]
  const checks = await Promise.all(all.map((one) => probeOne(one, deps)))
  return checks.flat()
}

const scaled = (backend: Backend, places: readonly Placement[]): Pick<Probed, 'targets'> => ({
  targets: backend.targets.map((target) => {
    const one = { backends: [{ ...backend, targets: [target] } as Backend] }
    for (const place of places) {
      const found = scaleTargetOf(one, place)
      if (!found) continue
      const { floorReplicas: _, ...ref } = found
      return { ...ref, kind: 'replicas', region: place.region }
    }
    return undefined
  }),
})

const routed = (route: Route, places: readonly Placement[]): Pick<Probed, 'targets'> => ({
  targets: route.targets.map((target) => {
    const one = { routes: [{ ...route, targets: [target] } as Route] }
    const [found] = places.flatMap(({ model }) => routeTargetsOf(one, model))
    return found && { ...found, kind: 'route', region: found.region ?? 'global' }
  }),
})

const capped = (cap: PowerCap, places: readonly Placement[]): Pick<Probed, 'targets'> => ({
  targets: cap.targets.map((target) => {
    const one = { powerCaps: [{ ...cap, targets: [target] }] }
    const [found] = places.flatMap((place) =>
      powerTargetsOf(one, place).map((ref) => ({ ...ref, region: place.region })),
    )
    return found && { ...found, kind: 'power' }
  }),
})

async function probeOne(
  { of: { id: backend, kind }, fleet, targets }: Probed,
  deps: Omit<BackendDeps, 'memory'>,
): Promise<readonly BackendCheck[]> {
  const about = { backend, kind }
  try {
    const [opened] = (await openBackends(fleet, { ...deps, memory: memoryTargetMemory() })).values()
    return await Promise.all(
      targets.map(async (target) => ({ ...about, ...(await probeTarget(opened!, target)) })),
    )
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return [{ ...about, ok: false, words: error.message }]
  }
}

async function probeTarget(
  opened: InferenceBackend,
  target: TargetRef | undefined,
): Promise<Pick<BackendCheck, 'ok' | 'target' | 'words'>> {
  if (!target) {
    return { ok: false, words: 'no model of the fleet can be placed on one of its targets' }
  }
  try {
    const able = await opened.probe(target)
    const missing = able.missing.join('; ')
    return { ok: missing === '', target: target.id, words: missing || wordsOf(target, able) }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { ok: false, target: target.id, words: error.message }
  }
}

function wordsOf({ kind }: TargetRef, { scaleToZero, powerWatts }: Capabilities): string {
  if (kind === 'route') return 'traffic may be split'
  if (powerWatts) return `may be capped from ${powerWatts.min} to ${powerWatts.max} W`
  return scaleToZero ? 'may be steered, to zero too' : 'may be steered, not to zero'
}
