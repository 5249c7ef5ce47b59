import type { FastifyInstance } from 'fastify'
import type { ApiLimits } from './limits.ts'
import { mountGrid } from './mount-grid.ts'
import type { ApiPorts } from './ports.ts'
import { createKeyRoute } from './routes/create-key.ts'
import { currentPlanRoute } from './routes/current-plan.ts'
import { desiredReplicasRoute } from './routes/desired-replicas.ts'
import { diffPlansRoute } from './routes/diff-plans.ts'
import { explainPlanRoute } from './routes/explain-plan.ts'
import { getModelRoute } from './routes/get-model.ts'
import { getPlanRoute } from './routes/get-plan.ts'
import { getPolicyRoute } from './routes/get-policy.ts'
import { healthRoute } from './routes/health.ts'
import { listAuditRoute } from './routes/list-audit.ts'
import { listKeysRoute } from './routes/list-keys.ts'
import { listModelsRoute } from './routes/list-models.ts'
import { listPlansRoute } from './routes/list-plans.ts'
import { listRegionsRoute } from './routes/list-regions.ts'
import { listTargetsRoute } from './routes/list-targets.ts'
import { metricsRoute } from './routes/metrics.ts'
import { openapiDocumentRoute } from './routes/openapi-document.ts'
import { pushDemandRoute } from './routes/push-demand.ts'
import { putModelRoute } from './routes/put-model.ts'
import { putPolicyRoute } from './routes/put-policy.ts'
import { readinessRoute } from './routes/readiness.ts'
import { revokeKeyRoute } from './routes/revoke-key.ts'
import { rotateKeyRoute } from './routes/rotate-key.ts'
import { simulatePlanRoute } from './routes/simulate-plan.ts'
import { streamEventsRoute } from './routes/stream-events.ts'
import { SHARED_SCHEMAS } from './schemas/shared.ts'

/** Every route of the API. One file is one operation. */
export function mountRoutes(app: FastifyInstance, ports: ApiPorts, options: RouteOptions): void {
  const { metrics, checks, keys } = ports
  const { limits, nowMs } = options
  for (const schema of SHARED_SCHEMAS) app.addSchema(schema)
  for (const route of PLAIN) app.register(route)
  for (const route of [createKeyRoute, rotateKeyRoute, revokeKeyRoute]) {
    app.register(route, { keys, nowMs })
  }
  app.register(listKeysRoute, { keys })
  app.register(currentPlanRoute, { freshMs: limits.planFreshMs, nowMs })
  app.register(pushDemandRoute, { nowMs })
  app.register(simulatePlanRoute, {
    mostAtOnce: limits.simulationsAtOnce,
    timeoutMs: limits.simulationMs,
  })
  app.register(streamEventsRoute, { metrics, mostClients: limits.eventStreams })
  app.register(readinessRoute, { checks })
  app.register(metricsRoute, { metrics })
  if (ports.grid) mountGrid(app, { grid: ports.grid, locations: ports.gridLocations ?? {}, nowMs })
}

export interface RouteOptions {
  readonly limits: ApiLimits
  readonly nowMs: () => number
}

const PLAIN = [
  desiredReplicasRoute,
  diffPlansRoute,
  explainPlanRoute,
  getModelRoute,
  getPlanRoute,
  getPolicyRoute,
  healthRoute,
  listAuditRoute,
  listModelsRoute,
  listPlansRoute,
  listRegionsRoute,
  listTargetsRoute,
  openapiDocumentRoute,
  putModelRoute,
  putPolicyRoute,
]
