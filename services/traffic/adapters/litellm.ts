import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import {
  type BackendDriver,
  type GuardDeps,
  guardedBackend,
  type InferenceBackend,
  plainCapabilities,
  plainSighting,
  type TargetRef,
  toPercent,
  type Weights,
} from '../../actuation/index.ts'
import { InvalidInput, NotFound } from '../../domain/errors.ts'
import { getShaped, type HttpClient } from '../../platform/http.ts'

const Deployment = Type.Object({
  model_name: Type.String(),
  litellm_params: Type.Object({
    weight: Type.Optional(Type.Union([Type.Number({ minimum: 0 }), Type.Null()])),
  }),
  model_info: Type.Object({ id: Type.String(), db_model: Type.Optional(Type.Boolean()) }),
})
type Deployment = Static<typeof Deployment>
const infoShape = Compile(Type.Object({ data: Type.Array(Deployment) }))
const UPSTREAM = 'litellm'

export interface LiteLlmOptions {
  readonly apiKey: string
}

/**
 * Weights of a LiteLLM proxy's deployments of one public model, by deployment id. Locator: `url`,
 * `model`.
 *
 * Only models that live in its database: updating one makes those of its config file disappear
 * until a restart, so a model with any of those is refused.
 */
export function liteLlm(
  http: HttpClient,
  { apiKey }: LiteLlmOptions,
  deps: GuardDeps,
): InferenceBackend {
  const headers = { authorization: `Bearer ${apiKey}` }

  async function deploymentsOf({ id, locator: { url, model } }: TargetRef, abort?: AbortSignal) {
    if (!url || !model) throw new InvalidInput(`${id}: its locator needs a url and a model`)
    const request = { url: `${url}/model/info`, headers, abort }
    const { data } = await getShaped(http, UPSTREAM, infoShape, request)
    const deployments = data.filter(({ model_name }) => model_name === model)
    if (deployments.length === 0) throw new NotFound(`${id}: LiteLLM has no model ${model}`)
    const fromFile = data.find(({ model_info }) => model_info.db_model !== true)
    return { deployments, fromFile }
  }

  /** What grows goes first, so that there is always somebody to take the traffic. */
  async function tell(target: TargetRef, wanted: Weights, abort?: AbortSignal): Promise<void> {
    const { deployments, fromFile } = await deploymentsOf(target, abort)
    if (fromFile) {
      throw new InvalidInput(`${target.id}: ${fromFile.model_info.id} is not in LiteLLM's database`)
    }
    const ids = deployments.map(({ model_info }) => model_info.id)
    const strange = Object.keys(wanted).find((name) => !ids.includes(name))
    if (strange) throw new InvalidInput(`${target.id}: LiteLLM has no deployment ${strange}`)
    const gap = (one: Deployment) => (wanted[one.model_info.id] ?? 0) - weightOf(one)
    const changing = deployments.filter((one) => gap(one) !== 0).sort((a, b) => gap(b) - gap(a))
    for (const { model_info } of changing) {
      await http.send(UPSTREAM, {
        method: 'PATCH',
        url: `${target.locator.url}/model/${encodeURIComponent(model_info.id)}/update`,
        headers,
        body: { litellm_params: { weight: wanted[model_info.id] ?? 0 } },
        abort,
      })
    }
  }

  const driver: BackendDriver = {
    type: 'litellm',
    supports: ['weightsPercent'],
    dryRun: 'client',
    async probe(target, abort) {
      const { fromFile } = await deploymentsOf(target, abort)
      const missing = fromFile ? [`${fromFile.model_info.id} must be moved to its database`] : []
      return plainCapabilities(driver.supports, { missing })
    },
    async read(target, abort) {
      const { deployments } = await deploymentsOf(target, abort)
      const weights = deployments.map((one) => [one.model_info.id, weightOf(one)] as const)
      return plainSighting({ weightsPercent: toPercent(Object.fromEntries(weights)) }, deps.nowMs())
    },
    async write(target, { weightsPercent }, _sighting, { abort }) {
      await tell(target, weightsPercent!, abort)
      return { mode: 'direct', warnings: [] }
    },
    async release(target, before, _sighting, { abort }) {
      if (before?.weightsPercent) await tell(target, before.weightsPercent, abort)
    },
  }
  return guardedBackend(driver, deps)
}

/** Without weights its shuffle is even. */
const weightOf = ({ litellm_params }: Deployment): number => litellm_params.weight ?? 1
