import { InvalidInput, Unsupported } from '../domain/errors.ts'
import { versionOf } from './desired.ts'
import type { BackendDriver } from './driver.ts'
import { type GuardDeps, guardedBackend } from './guarded-backend.ts'
import { plainCapabilities, plainSighting } from './plain-driver.ts'
import {
  type EngineState,
  exactly,
  type InferenceBackend,
  type Observed,
  type TargetRef,
} from './port.ts'

export interface EnginePoolOptions {
  /** What a server that is not wanted is told. */
  readonly asleep: Exclude<EngineState, 'serving'>
}

/**
 * Replicas out of servers that always stand: as many serve as are wanted, the rest sleep.
 *
 * Locator: `urls`, one server a replica, with spaces between, and whatever `engine` reads besides
 * its `url`. Servers that serve stay; the first of the others are woken, the last put to sleep.
 *
 * @param engine steers one server, by the field `engine`
 */
export function enginePool(
  engine: InferenceBackend,
  { asleep }: EnginePoolOptions,
  deps: GuardDeps,
): InferenceBackend {
  const look = (target: TargetRef, abort?: AbortSignal) =>
    Promise.all(serversOf(target).map((server) => engine.observe(server, abort)))

  const driver: BackendDriver<readonly Observed[]> = {
    type: engine.type,
    supports: ['replicas'],
    dryRun: 'client',
    async probe(target, abort) {
      const able = await Promise.all(serversOf(target).map((server) => engine.probe(server, abort)))
      const missing = [...new Set(able.flatMap((one) => one.missing))]
      return plainCapabilities(driver.supports, { missing })
    },
    async read(target, abort) {
      const servers = await look(target, abort)
      const serving = servers.filter(serves)
      const { seen } = plainSighting({ replicas: exactly(serving.length) }, deps.nowMs(), {
        readyReplicas: serving.filter(({ settled }) => settled).length,
        settled: servers.every(({ settled }) => settled),
        version: versionOf(servers.map(({ version }) => version)),
      })
      return { seen, raw: servers }
    },
    async write(target, desired, { raw }, { ifVersion: _, ...context }) {
      const { min, max } = desired.replicas!
      if (min !== max) throw new Unsupported(`${target.id}: a count is exact`)
      const servers = serversOf(target).map((ref, index) => ({ ref, serving: serves(raw[index]!) }))
      if (max > servers.length) {
        throw new Unsupported(`${target.id}: has ${servers.length} servers, not ${max}`)
      }
      const ranked = servers.toSorted((a, b) => Number(b.serving) - Number(a.serving))
      for (const [rank, { ref, serving }] of ranked.entries()) {
        const wanted = rank < max
        if (wanted === serving) continue
        await engine.apply(ref, { engine: wanted ? 'serving' : asleep }, context)
      }
      return { mode: 'direct', warnings: [] }
    },
    async release(target, _before, _sighting, { ifVersion: _, ...context }) {
      for (const server of serversOf(target)) {
        // One that we never told anything is as its owner left it.
        if (await deps.memory.recall(server.id)) await engine.release(server, context)
      }
    },
  }
  return guardedBackend(driver, deps)
}

const serves = ({ desired }: Observed): boolean => desired.engine === 'serving'

/** Each server is remembered on its own, so that its way back is its own too. */
function serversOf(target: TargetRef): readonly TargetRef[] {
  const { urls, ...locator } = target.locator
  if (!urls) throw new InvalidInput(`${target.id}: its locator needs urls`)
  return urls.split(' ').map((url) => ({
    ...target,
    id: `${target.id} at ${url}`,
    kind: 'engine',
    locator: { ...locator, url },
  }))
}
