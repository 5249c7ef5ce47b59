import type { FastifyInstance } from 'fastify'
import type { StillCalls } from './access/still-calls.ts'
import { openStreams } from './events/open-streams.ts'
import type { ApiLimits } from './limits.ts'
import { mountGrid } from './mount-grid.ts'
import { mountOpenai } from './mount-openai.ts'
import type { ApiPorts } from './ports.ts'
import { aibrixMetricRoute } from './routes/aibrix-metric.ts'
import { cancelBatchJobRoute } from './routes/cancel-batch-job.ts'
import { createKeyRoute } from './routes/create-key.ts'
import { currentPlanRoute } from './routes/current-plan.ts'
import { approvePlanRoute, rejectPlanRoute } from './routes/decide-plan.ts'
import { deleteStopRoute } from './routes/delete-stop.ts'
import { desiredReplicasRoute } from './routes/desired-replicas.ts'
import { diffPlansRoute } from './routes/diff-plans.ts'
import { enableWebhookRoute } from './routes/enable-webhook.ts'
import { explainPlanRoute } from './routes/explain-plan.ts'
import { getBatchJobRoute } from './routes/get-batch-job.ts'
import { getDemandRoute } from './routes/get-demand.ts'
import { getModelRoute } from './routes/get-model.ts'
import { getModelFitRoute } from './routes/get-model-fit.ts'
import { getPlanRoute } from './routes/get-plan.ts'
import { getPlanFiguresRoute } from './routes/get-plan-figures.ts'
import { getPolicyRoute } from './routes/get-policy.ts'
import { getSavingsRoute } from './routes/get-savings.ts'
import { getSciRoute } from './routes/get-sci.ts'
import { getSloRoute } from './routes/get-slo.ts'
import { getStopRoute } from './routes/get-stop.ts'
import { healthRoute } from './routes/health.ts'
import { listActionsRoute } from './routes/list-actions.ts'
import { listAuditRoute } from './routes/list-audit.ts'
import { listBatchJobsRoute } from './routes/list-batch-jobs.ts'
import { listDeadJobsRoute } from './routes/list-dead-jobs.ts'
import { listDeliveriesRoute } from './routes/list-deliveries.ts'
import { listEventsRoute } from './routes/list-events.ts'
import { listKeysRoute } from './routes/list-keys.ts'
import { listModelsRoute } from './routes/list-models.ts'
import { listPlansRoute } from './routes/list-plans.ts'
import { listRegionsRoute } from './routes/list-regions.ts'
import { listRunsRoute } from './routes/list-runs.ts'
import { listTargetsRoute } from './routes/list-targets.ts'
import { listWebhooksRoute } from './routes/list-webhooks.ts'
import { metricsRoute } from './routes/metrics.ts'
import { openapiDocumentRoute } from './routes/openapi-document.ts'
import { pingWebhookRoute } from './routes/ping-webhook.ts'
import { pushDemandRoute } from './routes/push-demand.ts'
import { putModelRoute } from './routes/put-model.ts'
import { putPolicyRoute } from './routes/put-policy.ts'
import { putStopRoute } from './routes/put-stop.ts'
import { queueHealthRoute } from './routes/queue-health.ts'
import { readinessRoute } from './routes/readiness.ts'
import { removeRunsRoute } from './routes/remove-runs.ts'
import { replayWebhookRoute } from './routes/replay-webhook.ts'
import { reportBatchJobRoute } from './routes/report-batch-job.ts'
import { reviveJobRoute } from './routes/revive-job.ts'
import { revokeKeyRoute } from './routes/revoke-key.ts'
import { rollBackPlanRoute } from './routes/roll-back-plan.ts'
import { rotateKeyRoute } from './routes/rotate-key.ts'
import { simulateBatchJobRoute } from './routes/simulate-batch-job.ts'
import { simulatePlanRoute } from './routes/simulate-plan.ts'
import { streamEventsRoute } from './routes/stream-events.ts'
import { submitBatchJobsRoute } from './routes/submit-batch-jobs.ts'
import { uploadRunsRoute } from './routes/upload-runs.ts'
import { wantedMetricsRoute } from './routes/wanted-metrics.ts'
import { SHARED_SCHEMAS } from './schemas/shared.ts'

/** Every route of the API. One file is one operation. */
export function mountRoutes(app: FastifyInstance, ports: ApiPorts, options: RouteOptions): void {
  const { metrics, checks, keys } = ports
  const { limits, nowMs, stillCalls } = options
  const streams = openStreams(app, { metrics, most: limits.eventStreams, stillCalls })
  for (const schema of SHARED_SCHEMAS) app.addSchema(schema)
  for (const route of PLAIN) app.register(route)
  for (const route of [createKeyRoute, rotateKeyRoute, revokeKeyRoute]) {
    app.register(route, { keys, nowMs })
  }
  app.register(listKeysRoute, { keys })
  app.register(currentPlanRoute, { freshMs: limits.planFreshMs, nowMs })
  for (const route of [getDemandRoute, pushDemandRoute, getSavingsRoute, getSciRoute])
    app.register(route, { nowMs })
  for (const route of [getBatchJobRoute, listBatchJobsRoute]) app.register(route, { nowMs })
  app.register(simulatePlanRoute, {
    mostAtOnce: limits.simulationsAtOnce,
    timeoutMs: limits.simulationMs,
  })
  app.register(streamEventsRoute, { streams, nowMs })
  app.register(mountOpenai)
  app.register(readinessRoute, { checks })
  app.register(metricsRoute, { metrics })
  const { grid, gridLocations: locations = {} } = ports
  if (grid) mountGrid(app, { grid, locations, nowMs, streams })
}

export interface RouteOptions {
  readonly limits: ApiLimits
  readonly nowMs: () => number
  readonly stillCalls: StillCalls
}

const PLAIN = [
  aibrixMetricRoute,
  cancelBatchJobRoute,
  reportBatchJobRoute,
  simulateBatchJobRoute,
  submitBatchJobsRoute,
  approvePlanRoute,
  deleteStopRoute,
  desiredReplicasRoute,
  diffPlansRoute,
  enableWebhookRoute,
  explainPlanRoute,
  getModelFitRoute,
  getModelRoute,
  getPlanFiguresRoute,
  getPlanRoute,
  getPolicyRoute,
  getSloRoute,
  getStopRoute,
  healthRoute,
  listActionsRoute,
  listAuditRoute,
  listDeadJobsRoute,
  listDeliveriesRoute,
  listEventsRoute,
  listModelsRoute,
  listPlansRoute,
  listRegionsRoute,
  listRunsRoute,
  listTargetsRoute,
  listWebhooksRoute,
  openapiDocumentRoute,
  pingWebhookRoute,
  putModelRoute,
  putPolicyRoute,
  queueHealthRoute,
  rejectPlanRoute,
  removeRunsRoute,
  replayWebhookRoute,
  reviveJobRoute,
  rollBackPlanRoute,
  uploadRunsRoute,
  wantedMetricsRoute,
  putStopRoute,
]
