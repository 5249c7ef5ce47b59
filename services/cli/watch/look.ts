import type { Gridtide, Schemas } from '../../client/index.ts'
import { UpstreamUnavailable } from '../../domain/errors.ts'

/** All that the live view shows, of one moment. */
export interface Sight {
  readonly atMs: number
  /** Absent before the first plan. */
  readonly plan?: Schemas['Plan']
  readonly regions: Schemas['RegionList']['items']
  readonly targets: Schemas['TargetList']['items']
  readonly events: Schemas['EventPage']['items']
  readonly stopped?: string
}

const GRIDTIDE = { upstream: 'gridtide' }

/** @throws UpstreamUnavailable where the service does not answer, or not as it should */
export async function lookAtService(client: Gridtide, atMs: number): Promise<Sight> {
  const [plan, regions, targets, events, stop] = await Promise.all([
    client.GET('/v1/plans/current'),
    client.GET('/v1/regions'),
    client.GET('/v1/targets'),
    client.GET('/v1/events/log', { params: { query: { limit: 5 } } }),
    client.GET('/v1/stop'),
  ]).catch((error: unknown) => {
    const { cause } = error as { cause?: { code?: string } }
    throw new UpstreamUnavailable(`does not answer (${cause?.code ?? 'no answer'})`, GRIDTIDE)
  })
  const refused = [regions, targets, events, stop].find(({ error }) => error !== undefined)
  if (refused) throw new UpstreamUnavailable(problemWords(refused.error), GRIDTIDE)
  if (plan.error && plan.response.status !== 404) {
    throw new UpstreamUnavailable(problemWords(plan.error), GRIDTIDE)
  }
  return {
    atMs,
    ...(plan.data && { plan: plan.data }),
    regions: regions.data!.items,
    targets: targets.data!.items,
    events: events.data!.items,
    ...(stop.data!.stopped && { stopped: stop.data!.why ?? 'somebody said stop' }),
  }
}

const problemWords = (problem: unknown): string =>
  (problem as { detail?: string; title?: string })?.detail ??
  (problem as { title?: string })?.title ??
  'the service refuses'
