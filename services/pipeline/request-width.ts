import { ownLevel, type Piece } from '../batch/index.ts'
import type { DeferredJob } from '../deferred/index.ts'
import type { ModelEndpoint, RequestBatch } from '../requests/index.ts'

/** What a batch may do at one moment. */
export type RequestWidth =
  /** So many requests at once, over all processes. */
  | { readonly may: 'run'; readonly endpoint: ModelEndpoint; readonly atOnce: number }
  /** Nothing new is begun. */
  | { readonly may: 'wait' }
  /** What runs is aborted too: interactive traffic needs the GPUs at once. */
  | { readonly may: 'yield' }

/** What rounding of floats may take off a whole number. */
const HAIR = 1e-9

/**
 * What the plan of a batch's job grants now: so many requests for each GPU, at an endpoint of the
 * region it is planned in. On warm replicas that alone bounds the rate, so it is rounded down.
 */
export function requestWidth(
  { model }: Pick<RequestBatch, 'model'>,
  found: Pick<DeferredJob, 'job' | 'placement'> | undefined,
  yielded: ReadonlySet<string>,
  endpoints: readonly ModelEndpoint[],
  nowMs: number,
): RequestWidth {
  const region = found?.placement?.region.split('/')[0]
  if (found === undefined || region === undefined) return { may: 'wait' }
  if (yielded.has(region)) return { may: 'yield' }
  const piece = pieceAt(found, nowMs)
  const those = endpoints.filter((one) => one.model === model)
  const endpoint =
    those.find((one) => one.region === region) ?? those.find((one) => one.region === undefined)
  if (!piece || !endpoint) return { may: 'wait' }
  const { gpus, workPerHour } = found.job.levels[0]!
  // Warm replicas give a rate: as many requests as the GPUs that would bring as much.
  const warmGpus = ((piece.warm?.workPerHour ?? 0) / workPerHour) * gpus
  const { gpus: ownGpus } = ownLevel(found.job, piece)
  const atOnce = Math.max(1, Math.floor((ownGpus + warmGpus) * endpoint.requestsPerGpu + HAIR))
  return { may: 'run', endpoint, atOnce }
}

/** Work that takes longer than its plan goes on after the last piece: a new plan is near. */
function pieceAt({ placement }: Pick<DeferredJob, 'placement'>, nowMs: number): Piece | undefined {
  const pieces = placement!.pieces
  const last = pieces.at(-1)
  if (last && nowMs >= last.startMs) return last
  return pieces.find(({ startMs, endMs }) => startMs <= nowMs && nowMs < endMs)
}
