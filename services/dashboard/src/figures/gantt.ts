import type { Schemas } from '../../../client/index.ts'

export type BatchJob = Schemas['BatchJob']
export type BatchAnswer = Schemas['BatchAnswer']
export type Piece = BatchJob['ran'][number]

export interface Span {
  readonly startMs: number
  readonly endMs: number
}

/** Jobs of one place, over the grid there. */
export interface Lane {
  /** `region/gpu`; undefined for jobs that nothing is planned for. */
  readonly place: string | undefined
  readonly jobs: readonly BatchJob[]
}

const HOUR_MS = 3_600_000
const SHORTEST_MS = 12 * HOUR_MS
/** What a forecast may be asked for. */
const LONGEST_MS = 168 * HOUR_MS

const ENDED = new Set<BatchJob['state']>(['done', 'cancelled'])

export const hasEnded = ({ state }: BatchJob): boolean => ENDED.has(state)

/** Jobs that have not ended by where they are planned, each lane by what ends first. */
export function lanesOf(jobs: readonly BatchJob[]): Lane[] {
  const lanes = new Map<string | undefined, BatchJob[]>()
  for (const job of jobs) {
    if (hasEnded(job)) continue
    const place = job.planned?.region
    lanes.set(place, [...(lanes.get(place) ?? []), job])
  }
  return [...lanes]
    .map(([place, own]) => ({
      place,
      jobs: own.toSorted((a, b) => a.deadlineMs - b.deadlineMs),
    }))
    .sort((a, b) => (a.place ?? '\uffff').localeCompare(b.place ?? '\uffff'))
}

/** `stockholm/H100` -> `stockholm`. */
export const regionOf = (place: string): string => place.split('/')[0]!

/** From this hour to the last deadline, no shorter than a half day and no longer than a forecast. */
export function ganttSpan(jobs: readonly BatchJob[], nowMs: number): Span {
  const startMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS
  const open = jobs.filter((job) => !hasEnded(job))
  const lastMs = Math.max(startMs, ...open.flatMap((job) => [job.deadlineMs, endOf(job)]))
  const wantedMs = (lastMs - startMs) * 1.06 // so that the last deadline is not at the very edge
  const hours = Math.ceil(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, wantedMs)) / HOUR_MS)
  return { startMs, endMs: startMs + hours * HOUR_MS }
}

/** When a job is planned to end; 0 where nothing is planned. */
export const endOf = ({ planned }: Pick<BatchJob, 'planned'>): number =>
  planned?.pieces.at(-1)?.endMs ?? 0

/** Between the planned end and the deadline; undefined where there is none. */
export function slackOf(job: BatchJob, deadlineMs = job.deadlineMs): Span | undefined {
  const startMs = endOf(job)
  return startMs > 0 && startMs < deadlineMs ? { startMs, endMs: deadlineMs } : undefined
}

/** Where an instant lies in a span: 0 is its start, 1 its end; nothing lies outside. */
export const shareOf = ({ startMs, endMs }: Span, atMs: number): number =>
  Math.min(1, Math.max(0, (atMs - startMs) / (endMs - startMs)))

/** Smallest step of a deadline that is dragged. */
export const STEP_MS = 15 * 60_000

/** The instant at a share of a span, on a whole step. */
export const instantAt = ({ startMs, endMs }: Span, share: number): number =>
  Math.round((startMs + share * (endMs - startMs)) / STEP_MS) * STEP_MS
