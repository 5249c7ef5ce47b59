import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { InvalidInput, NotFound, Unsupported } from '../../domain/errors.ts'
import { getShaped, type HttpClient } from '../../platform/http.ts'
import { versionOf } from '../desired.ts'
import type { BackendDriver } from '../driver.ts'
import { type GuardDeps, guardedBackend } from '../guarded-backend.ts'
import { plainCapabilities, plainSighting } from '../plain-driver.ts'
import type { EngineState, InferenceBackend, TargetRef } from '../port.ts'

const indexShape = Compile(
  Type.Array(Type.Object({ name: Type.String(), state: Type.Optional(Type.String()) })),
)
const UPSTREAM = 'triton'

/**
 * One model of a Triton server, loaded or unloaded. Locator: `url`, `model`.
 *
 * Needs `--model-control-mode=explicit`. Triton finishes running requests before it unloads.
 */
export function triton(http: HttpClient, deps: GuardDeps): InferenceBackend {
  const driver: BackendDriver = {
    type: 'triton',
    supports: ['engine'],
    dryRun: 'client',
    async probe(target, abort) {
      await stateOf(http, target, abort)
      return plainCapabilities(driver.supports)
    },
    async read(target, abort) {
      const state = await stateOf(http, target, abort)
      const engine = /^(READY|LOADING)$/.test(state) ? 'serving' : 'unloaded'
      const settled = !/^(LOADING|UNLOADING)$/.test(state)
      const over = { settled, version: versionOf(state) }
      return plainSighting({ engine }, deps.nowMs(), over)
    },
    async write(target, { engine }, _sighting, { abort }) {
      await turn(http, target, engine!, abort)
      return { mode: 'direct', warnings: [] }
    },
    async release(target, before, { seen }, { abort }) {
      const engine = before?.engine ?? seen.desired.engine!
      if (engine !== seen.desired.engine) await turn(http, target, engine, abort)
    },
  }
  return guardedBackend(driver, deps)
}

async function stateOf(
  http: HttpClient,
  { id, locator: { url, model } }: TargetRef,
  abort?: AbortSignal,
): Promise<string> {
  if (!url || !model) throw new InvalidInput(`${id}: its locator needs a url and a model`)
  const index = await getShaped(http, UPSTREAM, indexShape, {
    method: 'POST',
    url: `${url}/v2/repository/index`,
    body: {},
    abort,
  })
  const entry = index.find(({ name }) => name === model)
  if (!entry) throw new NotFound(`${id}: ${url} has no model ${model}`)
  // A model that was never loaded has no state at all.
  return entry.state ?? 'UNAVAILABLE'
}

async function turn(
  http: HttpClient,
  { id, locator: { url, model } }: TargetRef,
  engine: EngineState,
  abort?: AbortSignal,
): Promise<void> {
  if (engine !== 'serving' && engine !== 'unloaded') {
    throw new Unsupported(`${id}: Triton unloads, it does not sleep`)
  }
  const verb = engine === 'serving' ? 'load' : 'unload'
  await http.send(UPSTREAM, {
    method: 'POST',
    url: `${url}/v2/repository/models/${encodeURIComponent(model!)}/${verb}`,
    body: verb === 'load' ? {} : { parameters: { unload_dependents: false } },
    abort,
  })
}
