import type { Resource } from './answers.ts'
import { answered, api, reached, type Schemas } from './client.ts'
import { failureOf } from './failure.ts'
import { useResource } from './resource.ts'

export const usePlan = (): Resource<Schemas['Plan']> =>
  useResource('plan', () => answered(api.GET('/v1/plans/current')))

export const usePlans = (): Resource<Schemas['PlanPage']> =>
  useResource('plans', () => answered(api.GET('/v1/plans', { params: { query: { limit: 50 } } })))

export const useRegions = (): Resource<Schemas['RegionList']> =>
  useResource('regions', () => answered(api.GET('/v1/regions')))

export const useSlo = (): Resource<Schemas['Slo']> =>
  useResource('slo', () => answered(api.GET('/v1/slo')))

export const useTargets = (): Resource<Schemas['TargetList']> =>
  useResource('targets', () => answered(api.GET('/v1/targets')))

export const useModels = (): Resource<Schemas['ModelList']> =>
  useResource('models', () => answered(api.GET('/v1/models')))

export const useAudit = (): Resource<Schemas['AuditPage']> =>
  useResource('audit', () => answered(api.GET('/v1/audit', { params: { query: { limit: 50 } } })))

export const useSavings = (): Resource<Schemas['Savings']> =>
  useResource('savings', () => answered(api.GET('/v1/savings')))

export const useSci = (): Resource<Schemas['SciReport']> =>
  useResource('sci', () => answered(api.GET('/v1/reports/sci')))

export const useWebhooks = (): Resource<Schemas['WebhookList']> =>
  useResource('webhooks', () => answered(api.GET('/v1/webhooks')))

export const useDeliveries = (): Resource<Schemas['DeliveryPage']> =>
  useResource('deliveries', () =>
    answered(api.GET('/v1/webhooks/deliveries', { params: { query: { limit: 50 } } })),
  )

export const useQueueHealth = (): Resource<Schemas['QueueHealth']> =>
  useResource('queue', () => answered(api.GET('/v1/queue')))

export const useRuns = (): Resource<Schemas['RunsPage']> =>
  useResource('runs', () => answered(api.GET('/v1/runs', { params: { query: { limit: 20 } } })))

export const useBatchJobs = (): Resource<Schemas['BatchJobPage']> =>
  useResource('batch jobs', () =>
    answered(api.GET('/v1/batch/jobs', { params: { query: { limit: 100 } } })),
  )

export const usePolicy = (): Resource<Schemas['Policy']> =>
  useResource('policy', () => answered(api.GET('/v1/policy')))

/** `/readyz` answers 503 with the same body where something is amiss: both are an answer. */
export const useReadiness = (): Resource<Schemas['Readiness']> =>
  useResource('readiness', async () => {
    const { data, error, response } = await reached(api.GET('/readyz'))
    const body = data ?? error
    if (body && 'checks' in body) return body as Schemas['Readiness']
    // Somebody between us and the service said 503.
    throw failureOf(response.status, body as Schemas['Problem'] | undefined)
  })

export const useExplanation = (version: number | undefined): Resource<Schemas['PlanExplanation']> =>
  useResource(version === undefined ? undefined : `explanation ${version}`, () =>
    answered(
      api.GET('/v1/plans/{version}/explanation', {
        params: { path: { version: version! } },
      }),
    ),
  )

/** What follows from a plan window by window. */
export const usePlanFigures = (version: number | undefined): Resource<Schemas['PlanFigures']> =>
  useResource(version === undefined ? undefined : `figures ${version}`, () =>
    answered(api.GET('/v1/plans/{version}/figures', { params: { path: { version: version! } } })),
  )

/** How a model is fitted; asked anew whenever something happened, so an upload is seen. */
export const useModelFit = (id: string | undefined): Resource<Schemas['ModelFit']> =>
  useResource(id === undefined ? undefined : `fit ${id}`, () =>
    answered(api.GET('/v1/models/{id}/fit', { params: { path: { id: id! } } })),
  )

export const usePlanDiff = (
  version: number | undefined,
  other: number | undefined,
): Resource<Schemas['PlanDiff']> =>
  useResource(version && other ? `diff ${version} ${other}` : undefined, () =>
    answered(
      api.GET('/v1/plans/{version}/diff/{other}', {
        params: { path: { version: version!, other: other! } },
      }),
    ),
  )

export interface ZoneCourse {
  readonly zone: string
  readonly history: Schemas['ZoneHistory']
  readonly forecast: Schemas['ZoneForecast']
}

/** How intense each zone was in the last day and will be, in windows of `stepMinutes`. */
export const useCourses = (
  zones: readonly string[] | undefined,
  { hours, stepMinutes }: { readonly hours: number; readonly stepMinutes: number },
): Resource<readonly ZoneCourse[]> =>
  useResource(zones?.length ? `courses ${zones.join()} ${hours} ${stepMinutes}` : undefined, () =>
    someOf((zones ?? []).map((zone) => courseOf(zone, hours, stepMinutes))),
  )

/** What could be had; only where that is nothing it fails. */
async function someOf<Body>(asked: readonly Promise<Body>[]): Promise<readonly Body[]> {
  const settled = await Promise.allSettled(asked)
  const had = settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
  const [lost] = settled.filter((one) => one.status === 'rejected')
  if (had.length === 0 && lost) throw lost.reason
  return had as readonly Body[]
}

async function courseOf(zone: string, hours: number, stepMinutes: number) {
  const path = { zone }
  const [history, forecast] = await Promise.all([
    answered(api.GET('/v1/grid/{zone}/history', { params: { path } })),
    answered(
      api.GET('/v1/grid/{zone}/forecast', {
        params: { path, query: { hours, stepMinutes } },
      }),
    ),
  ])
  return { zone, history, forecast } as ZoneCourse
}
