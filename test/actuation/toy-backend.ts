import type { BackendDriver } from '../../services/actuation/driver.ts'
import { guardedBackend } from '../../services/actuation/guarded-backend.ts'
import type {
  ApplyContext,
  Desired,
  Observed,
  Remembered,
  TargetRef,
} from '../../services/actuation/index.ts'
import { exactly } from '../../services/actuation/index.ts'
import { NotFound } from '../../services/domain/errors.ts'
import { contextOf } from '../contracts/inference-backend.contract.ts'
import { sighting } from './sighting.ts'

export const target: TargetRef = {
  id: 'here/llama/p',
  kind: 'replicas',
  region: 'here',
  backend: 'toy',
  locator: {},
}

export const remembered = (over: Partial<Remembered> = {}): Remembered => ({
  fence: 7,
  planVersion: '6',
  idempotencyKey: 'plan-6/step-1',
  before: { replicas: exactly(1) },
  applied: { replicas: exactly(2) },
  atMs: 1,
  ...over,
})

/** A target that does what it is told, a memory and a clock, and what was asked of them. */
export interface ToyWorld {
  seen: Observed
  memory: Remembered | undefined
  /** A newer planner came in between. */
  refusesMemory: boolean
  nowMs: number
  /** Everything that was asked of the driver, the memory and the clock, in order. */
  calls: [what: string, ...given: unknown[]][]
}

export const toyWorld = (): ToyWorld => ({
  seen: sighting(2, { version: 'v2' }),
  memory: undefined,
  refusesMemory: false,
  nowMs: 5_000,
  calls: [],
})

const driverOf = (world: ToyWorld): BackendDriver<string> => ({
  type: 'toy',
  supports: ['replicas', 'powerCapWatts'],
  dryRun: 'client',
  probe: async () => {
    throw new NotFound('not asked for here')
  },
  read: async ({ id }, abort) => {
    world.calls.push(['read', id, abort])
    return { seen: world.seen, raw: `raw ${world.seen.version}` }
  },
  write: async (_target, desired, { raw }, { idempotencyKey }) => {
    world.calls.push(['write', desired, raw, idempotencyKey])
    const { seen } = world
    world.seen = { ...seen, desired: { ...seen.desired, ...desired }, version: 'after' }
    return { mode: 'bounds', warnings: ['slow'] }
  },
  release: async (_target, before, { raw }) => {
    world.calls.push(['release', before, raw])
  },
})

/** A backend over that world. @param vendor what its driver does otherwise */
export const toyBackend = (world: ToyWorld, vendor: Partial<BackendDriver<string>> = {}) =>
  guardedBackend({ ...driverOf(world), ...vendor } as BackendDriver<string>, {
    memory: {
      recall: async () => world.memory,
      recallAll: async () => new Map(),
      remember: async (id, entry) => {
        world.calls.push(['remember', id, entry])
        return !world.refusesMemory
      },
    },
    nowMs: () => world.nowMs,
    sleep: async (durationMs, abort) => {
      world.calls.push(['sleep', durationMs, abort])
      world.nowMs += durationMs
    },
    pollMs: 300,
  })

export const applyTo = (world: ToyWorld, desired: Desired, context: Partial<ApplyContext> = {}) =>
  toyBackend(world).apply(target, desired, contextOf(context))

/** What was asked of one kind. */
export const asked = ({ calls }: ToyWorld, what: string) => calls.filter(([name]) => name === what)
