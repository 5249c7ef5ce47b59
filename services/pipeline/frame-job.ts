import type { BatchJob, Deadline, JobLevel } from '../batch/index.ts'
import type { JobRequest } from '../deferred/index.ts'
import { type FieldIssue, InvalidInput } from '../domain/errors.ts'
import { kwFromWatts } from '../domain/units.ts'
import type { OperatingPoint } from '../fitting/index.ts'
import type { Fleet } from '../fleet/index.ts'

/** GPUs of one type in one region: where a job's level can run. */
export interface JobPlace {
  /** `region/gpu`. */
  readonly id: string
  readonly region: string
  readonly zone: string
  readonly gpu: string
  readonly count: number
  readonly pue: number
  readonly usdPerGpuHour: number
  readonly hostWattsPerGpu: number
}

export interface JobContext {
  readonly id: string
  readonly tenant: string
  readonly nowMs: number
  readonly places: readonly JobPlace[]
  /** Draw of a busy GPU of a type, W. */
  readonly gpuWatts: (type: string) => number
  /** What each layout of a model sustains; empty for a model nobody has fitted. */
  readonly pointsOf: (model: string) => readonly OperatingPoint[]
}

const START_MINUTES = 10
const SLOWEST_RATIO = 0.5
const MOST_REPLICAS = 4
const MINUTES_PER_HOUR = 60
/** Further ahead nobody knows the grid, and plans get long. */
const FARTHEST_HOURS = 60 * 24
const HOUR_MS = 3_600_000

export const jobPlaces = ({ regions }: Fleet): readonly JobPlace[] =>
  regions.flatMap(({ id, zone, pue, hostWattsPerGpu, gpus }) =>
    gpus.map(({ type, count, priceUsdPerHour }) => ({
      id: `${id}/${type}`,
      region: id,
      zone,
      gpu: type,
      count,
      pue,
      usdPerGpuHour: priceUsdPerHour,
      hostWattsPerGpu,
    })),
  )

/**
 * A job as it was asked for, on the GPUs of a fleet.
 *
 * @throws InvalidInput with the JSON Pointer of each wrong field
 */
export function frameJob(request: JobRequest, context: JobContext): BatchJob {
  assertNear(request, context.nowMs)
  const allowed = placesFor(request, context)
  const { gpu, levels, startHours, work, model } =
    request.tokens === undefined
      ? gpuLevels(request, allowed, context)
      : tokenLevels(request, allowed, context)
  if (work / levels[0]!.workPerHour > FARTHEST_HOURS) {
    const path = request.tokens === undefined ? '/gpuHours' : '/tokens'
    throw wrong([{ path, message: 'takes more than 60 days at the size asked for' }])
  }
  const regions = allowed.filter((place) => place.gpu === gpu).map(({ id }) => id)
  const { startMinutes } = request
  return {
    id: context.id,
    tenant: context.tenant,
    priority: request.priority ?? 0,
    earliestStartMs: Math.max(context.nowMs, request.earliestStartMs ?? 0),
    deadline: deadlineOf(request),
    work,
    levels,
    interruptible: request.interruptible ?? true,
    startHours: startMinutes === undefined ? startHours : startMinutes / MINUTES_PER_HOUR,
    checkpointHours: (request.checkpointMinutes ?? 0) / MINUTES_PER_HOUR,
    slowestRatio: request.slowestRatio ?? SLOWEST_RATIO,
    regions,
    after: request.after ?? [],
    ...whatIsSaid(request),
    ...(model !== undefined && { model }),
  }
}

const whatIsSaid = ({ budgetUsd, reported }: JobRequest) => ({
  ...(budgetUsd !== undefined && { budgetUsd }),
  ...(reported !== undefined && { reported }),
})

const deadlineOf = ({ deadlineMs: atMs, lateGPerHour }: JobRequest): Deadline =>
  lateGPerHour === undefined ? { kind: 'hard', atMs } : { kind: 'soft', atMs, lateGPerHour }

/** @throws InvalidInput where a job lies further ahead than anybody knows the grid */
export function assertNear(
  { earliestStartMs = 0, deadlineMs }: Pick<JobRequest, 'earliestStartMs' | 'deadlineMs'>,
  nowMs: number,
): void {
  const farthestMs = nowMs + FARTHEST_HOURS * HOUR_MS
  const message = 'is more than 60 days ahead'
  const issues: FieldIssue[] = []
  if (earliestStartMs > farthestMs) issues.push({ path: '/earliestStartMs', message })
  if (deadlineMs > farthestMs) issues.push({ path: '/deadlineMs', message })
  if (issues.length > 0) throw wrong(issues)
}

function placesFor({ regions }: JobRequest, { places }: JobContext): readonly JobPlace[] {
  const issues = (regions ?? []).flatMap((region, index): FieldIssue[] =>
    places.some((place) => place.region === region)
      ? []
      : [{ path: `/regions/${index}`, message: 'is no region of the fleet' }],
  )
  if (issues.length > 0) throw wrong(issues)
  return regions ? places.filter(({ region }) => regions.includes(region)) : places
}

interface Levels {
  readonly gpu: string
  readonly levels: readonly JobLevel[]
  readonly startHours: number
  readonly work: number
  /** Where the work is tokens. */
  readonly model?: string
}

function gpuLevels(
  { gpuHours, gpus = [1], speedups = gpus.map((size) => size / gpus[0]!), ...request }: JobRequest,
  allowed: readonly JobPlace[],
  { gpuWatts }: JobContext,
): Levels {
  const issues: FieldIssue[] = []
  if (gpuHours === undefined) issues.push({ path: '/gpuHours', message: 'or `tokens` is missing' })
  const rising = (values: readonly number[]) =>
    values.every((value, index) => index === 0 || value > values[index - 1]!)
  if (!rising(gpus)) issues.push({ path: '/gpus', message: 'must rise' })
  else if (speedups.length !== gpus.length || speedups[0] !== 1 || !rising(speedups)) {
    issues.push({ path: '/speedups', message: 'must rise from 1, one for each of `gpus`' })
  }
  const gpu = request.gpu ?? allowed[0]!.gpu
  const place = allowed.find((one) => one.gpu === gpu)
  if (!place) issues.push({ path: '/gpu', message: `is no GPU type of these regions` })
  if (issues.length > 0) throw wrong(issues)
  const watts = (request.wattsPerGpu ?? gpuWatts(gpu)) + place!.hostWattsPerGpu
  const levels = gpus.map((count, index) => ({
    gpus: count,
    workPerHour: speedups[index]!,
    kilowatts: kwFromWatts(count * watts),
  }))
  return {
    gpu,
    // Work is counted in hours at the size asked for.
    work: gpuHours! / gpus[0]!,
    levels: thatFit(levels, allowed, gpu, '/gpus/0'),
    startHours: START_MINUTES / MINUTES_PER_HOUR,
  }
}

function tokenLevels(
  { tokens, model, gpuHours, maxReplicas = MOST_REPLICAS }: JobRequest,
  allowed: readonly JobPlace[],
  { pointsOf }: JobContext,
): Levels {
  if (gpuHours !== undefined)
    throw wrong([{ path: '/gpuHours', message: 'and `tokens` exclude each other' }])
  if (model === undefined) throw wrong([{ path: '/model', message: 'is missing: whose tokens?' }])
  const wattsOf = ({ busyWatts, gpusPerReplica, variant }: OperatingPoint) =>
    busyWatts + gpusPerReplica * hostWatts(allowed, variant.gpu)
  const usable = pointsOf(model).filter(({ variant }) =>
    allowed.some(({ gpu }) => gpu === variant.gpu),
  )
  const [best] = usable.toSorted(
    (a, b) => wattsOf(a) / a.capacityTokensPerSecond - wattsOf(b) / b.capacityTokensPerSecond,
  )
  if (!best)
    throw wrong([{ path: '/model', message: 'is no model that runs on GPUs of these regions' }])
  const levels = doublings(maxReplicas).map((replicas) => ({
    gpus: replicas * best.gpusPerReplica,
    workPerHour: replicas * best.capacityTokensPerSecond * 3600,
    kilowatts: kwFromWatts(replicas * wattsOf(best)),
  }))
  return {
    gpu: best.variant.gpu,
    work: tokens!,
    levels: thatFit(levels, allowed, best.variant.gpu, '/model'),
    startHours: best.startSeconds / 3600,
    model,
  }
}

/**
 * The sizes that there are GPUs for somewhere: no promise may rest on another.
 *
 * @param path of what is wrong where there is none
 */
function thatFit(
  levels: readonly JobLevel[],
  allowed: readonly JobPlace[],
  gpu: string,
  path: string,
): readonly JobLevel[] {
  const most = Math.max(...allowed.map((place) => (place.gpu === gpu ? place.count : 0)))
  const fitting = levels.filter(({ gpus }) => gpus <= most)
  if (fitting.length > 0) return fitting
  const message = `takes ${levels[0]!.gpus} ${gpu}, and none of these regions has more than ${most}`
  throw wrong([{ path, message }])
}

/** 1, 2, 4 and so on, and the most: few sizes, so that many jobs are placed in little time. */
function doublings(most: number): readonly number[] {
  const sizes: number[] = []
  for (let size = 1; size < most; size *= 2) sizes.push(size)
  return [...sizes, most]
}

const hostWatts = (places: readonly JobPlace[], gpu: string): number =>
  places.find((place) => place.gpu === gpu)!.hostWattsPerGpu

const wrong = (issues: readonly FieldIssue[]): InvalidInput => {
  const [first] = issues
  return new InvalidInput(`${first!.path} ${first!.message}`, issues)
}
