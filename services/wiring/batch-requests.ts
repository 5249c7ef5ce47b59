import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { msFromSeconds } from '../domain/units.ts'
import type { Fleet } from '../fleet/index.ts'
import { cancelJob } from '../pipeline/cancel-job.ts'
import { requestDesk as deskOver, type RequestDesk } from '../pipeline/request-desk.ts'
import type { RequestPorts } from '../pipeline/request-ports.ts'
import { openaiEndpoint } from '../requests/adapters/openai-endpoint.ts'
import type { ModelEndpoint } from '../requests/index.ts'
import { batchPorts, promiseOf } from './batch-steps.ts'
import { guardedHttp } from './guarded-http.ts'
import { readSecret } from './secrets.ts'
import type { Service } from './service.ts'

/**
 * The servers that batches of requests may use.
 *
 * @throws InvalidInput where a secret is not set
 */
const batchEndpoints = (
  { batchEndpoints }: Fleet,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly ModelEndpoint[]> =>
  Promise.all(
    batchEndpoints.map(async (one) =>
      openaiEndpoint(guardedHttp(one), {
        id: one.id,
        model: one.model,
        baseUrl: one.url,
        requestsPerGpu: one.requestsPerGpu,
        mostReplicas: one.maxReplicas,
        timeoutMs: msFromSeconds(one.timeoutSeconds),
        ...(one.region !== undefined && { region: one.region }),
        ...(one.serves !== undefined && { serves: one.serves }),
        ...(one.token !== undefined && { key: await readSecret(one.token, env) }),
      }),
    ),
  )

/** What running batches of requests asks for, out of an open service. */
export async function requestPorts(service: Service): Promise<RequestPorts> {
  const { stores, nowMs, log, fleet, fleetNow, secrets } = service
  return {
    files: stores.files,
    batches: stores.requestBatches,
    jobs: stores.jobs,
    yields: stores.yields,
    endpoints: await batchEndpoints(fleet, secrets),
    usualTokens: async () =>
      new Map((await fleetNow()).models.map(({ id, workload }) => [id, workload.outputTokens])),
    fitted: async (model) => (await stores.fits.all()).some((fit) => fit.model === model),
    promise: promiseOf(service),
    cancelJob: (id) => cancelJob(batchPorts(service), id),
    nowMs,
    holder: `${hostname()}:${process.pid}:${randomUUID()}`,
    warn: (message) => log.warn(message),
  }
}

/** Files and batches as the API takes and shows them. */
export const requestDesk = ({ stores, nowMs }: Service): RequestDesk =>
  deskOver({ files: stores.files, batches: stores.requestBatches, nowMs, newId: randomUUID })
