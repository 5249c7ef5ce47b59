import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { InvalidInput, NotFound, Unsupported, UpstreamRefused } from '../../domain/errors.ts'
import { getShaped, type HttpClient } from '../../platform/http.ts'
import { versionOf } from '../desired.ts'
import type { BackendDriver } from '../driver.ts'
import { type GuardDeps, guardedBackend } from '../guarded-backend.ts'
import { plainCapabilities } from '../plain-driver.ts'
import {
  type Desired,
  exactly,
  type InferenceBackend,
  type Observed,
  type ReplicaBounds,
  type TargetRef,
} from '../port.ts'

const Autoscaling = Type.Object({
  min_replicas: Type.Optional(Type.Integer({ minimum: 0 })),
  max_replicas: Type.Optional(Type.Integer({ minimum: 1 })),
})
const DeploymentConfig = Type.Object({
  name: Type.String(),
  autoscaling_config: Type.Optional(Type.Union([Autoscaling, Type.Null()])),
})
const AppConfig = Type.Object({
  name: Type.String(),
  deployments: Type.Optional(Type.Array(DeploymentConfig)),
})
const Details = Type.Object({
  target_capacity: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
  applications: Type.Record(
    Type.String(),
    Type.Object({
      status: Type.String(),
      external_scaler_enabled: Type.Optional(Type.Boolean()),
      deployed_app_config: Type.Optional(Type.Union([AppConfig, Type.Null()])),
      deployments: Type.Record(
        Type.String(),
        Type.Object({
          status: Type.String(),
          target_num_replicas: Type.Integer({ minimum: 0 }),
          replicas: Type.Array(Type.Object({ state: Type.String() })),
        }),
      ),
    }),
  ),
})
type Details = Static<typeof Details>
type AppConfig = Static<typeof AppConfig>
const detailsShape = Compile(Details)

export interface RayServeOptions {
  /** For installations that ask for one; Ray's own handler does not. */
  readonly token?: string
}

const UPSTREAM = 'ray-serve'

/**
 * One deployment of a Ray Serve application, through the dashboard head. Locator: `url`, `app`,
 * `deployment`.
 *
 * With `external_scaler_enabled` the count is posted. Otherwise the whole configuration is read,
 * edited in this one place and put back: it is declarative and complete, and what it leaves out is
 * deleted, so it is refused where any application was deployed without one.
 */
export function rayServe(
  http: HttpClient,
  options: RayServeOptions,
  deps: GuardDeps,
): InferenceBackend {
  const headers: Record<string, string> =
    options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }

  const head = rayHead(http, headers)
  const driver: BackendDriver<Details> = {
    type: 'ray-serve',
    supports: ['replicas'],
    dryRun: 'client',
    async probe(target, abort) {
      const details = await head.detailsOf(target, abort)
      const app = applicationOf(target, details)
      const able = app.external_scaler_enabled || app.deployed_app_config
      return plainCapabilities(driver.supports, {
        scaleToZero: app.external_scaler_enabled === true,
        missing: able
          ? []
          : ['needs external_scaler_enabled, or an application deployed from a config'],
      })
    },
    async read(target, abort) {
      const raw = await head.detailsOf(target, abort)
      return { seen: observedOf(target, raw, deps.nowMs()), raw }
    },
    async write(target, { replicas }, { raw }, { abort }) {
      return { mode: await head.tell(target, replicas!, raw, abort), warnings: [] }
    },
    async release(target, before, { raw }, { abort }) {
      if (before?.replicas) await head.tell(target, before.replicas, raw, abort)
    },
  }
  return guardedBackend(driver, deps)
}

function rayHead(http: HttpClient, headers: Readonly<Record<string, string>>) {
  async function detailsOf({ id, locator }: TargetRef, abort?: AbortSignal): Promise<Details> {
    const { url, app, deployment } = locator
    if (!url || !app || !deployment) {
      throw new InvalidInput(`${id}: its locator needs url, app and deployment`)
    }
    const request = { url: `${url}/api/serve/applications/`, headers, abort }
    return getShaped(http, UPSTREAM, detailsShape, request)
  }

  async function tell(
    target: TargetRef,
    replicas: ReplicaBounds,
    details: Details,
    abort?: AbortSignal,
  ): Promise<'direct' | 'bounds'> {
    const { url, app, deployment } = target.locator
    if (details.applications[app!]!.external_scaler_enabled) {
      if (replicas.min !== replicas.max) throw new Unsupported(`${target.id}: a count is exact`)
      const { status } = await http.send(UPSTREAM, {
        method: 'POST',
        url: `${url}/api/v1/applications/${app}/deployments/${deployment}/scale`,
        headers,
        body: { target_num_replicas: replicas.max },
        allowStatus: [412],
        abort,
      })
      if (status === 412) throw new Unsupported(`${target.id}: enable external_scaler_enabled`)
      return 'direct'
    }
    const { body, mode } = configWith(target, replicas, details)
    const request = { url: `${url}/api/serve/applications/`, headers, body, abort }
    await http.send(UPSTREAM, { ...request, method: 'PUT' })
    return mode
  }

  return { detailsOf, tell }
}

function applicationOf({ id, locator }: TargetRef, { applications }: Details) {
  const app = applications[locator.app!]
  if (!app?.deployments[locator.deployment!]) {
    throw new NotFound(`${id}: Ray Serve has no ${locator.app}/${locator.deployment}`)
  }
  return app
}

function observedOf(target: TargetRef, details: Details, observedAtMs: number): Observed {
  const app = applicationOf(target, details)
  const deployment = app.deployments[target.locator.deployment!]!
  const told = autoscalingOf(target, app.deployed_app_config ?? undefined)
  const desired: Desired = { replicas: told ?? exactly(deployment.target_num_replicas) }
  const readyReplicas = deployment.replicas.filter(({ state }) => state === 'RUNNING').length
  return {
    desired,
    readyReplicas,
    elastic: told !== undefined,
    settled: deployment.status === 'HEALTHY' && readyReplicas === deployment.target_num_replicas,
    rollingOut: app.status === 'DEPLOYING',
    health: /^(DEPLOY_FAILED|UNHEALTHY)$/.test(app.status) ? 'degraded' : 'ok',
    paused: false,
    version: versionOf([desired, app.deployed_app_config]),
    owners: [],
    observedAtMs,
  }
}

function autoscalingOf(target: TargetRef, config?: AppConfig): ReplicaBounds | undefined {
  const own = config?.deployments?.find(({ name }) => name === target.locator.deployment)
  const band = own?.autoscaling_config
  return band ? { min: band.min_replicas ?? 1, max: band.max_replicas ?? 1 } : undefined
}

/** The configuration of every application as it was deployed, but for this one count. */
function configWith(target: TargetRef, { min, max }: ReplicaBounds, details: Details) {
  const { app, deployment } = target.locator
  const steered = autoscalingOf(
    target,
    details.applications[app!]!.deployed_app_config ?? undefined,
  )
  if (max < 1) throw new Unsupported(`${target.id}: a Ray Serve config keeps one replica or more`)
  if (!steered && min !== max) throw new Unsupported(`${target.id}: a count is exact`)
  const applications = Object.entries(details.applications).map(
    ([name, { deployed_app_config }]) => {
      if (!deployed_app_config) {
        const message = `${name} was deployed without a config and would be deleted`
        throw new UpstreamRefused(message, { upstream: UPSTREAM })
      }
      if (name !== app) return deployed_app_config
      const { deployments = [] } = deployed_app_config
      const mine = deployments.find((one) => one.name === deployment) ?? { name: deployment! }
      const told = steered
        ? {
            autoscaling_config: {
              ...mine.autoscaling_config,
              min_replicas: min,
              max_replicas: max,
            },
          }
        : { num_replicas: max }
      const others = deployments.filter((one) => one !== mine)
      return { ...deployed_app_config, deployments: [...others, { ...mine, ...told }] }
    },
  )
  const { target_capacity } = details
  const body = { applications, ...(typeof target_capacity === 'number' && { target_capacity }) }
  return { body, mode: steered ? ('bounds' as const) : ('direct' as const) }
}
