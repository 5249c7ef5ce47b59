import type { BatchJob, JobProgress, JobReport, Piece, Placement } from '../batch/index.ts'
import type { NewEvent } from '../notification/index.ts'

/** `missed`: its deadline is past and it goes on; `done` and `cancelled` are ends. */
export type JobState = 'waiting' | 'running' | 'missed' | 'done' | 'cancelled'

/** A job that was promised, and what has become of it. */
export interface DeferredJob {
  readonly job: BatchJob
  readonly state: JobState
  readonly submittedAtMs: number
  readonly progress: JobProgress
  /** What is planned; undefined while nothing has GPUs for it. */
  readonly placement?: Placement
  /** When that was planned: what was planned before is known up to then. */
  readonly plannedAtMs: number
  /** When whoever runs it last said what is left. */
  readonly reportedAtMs?: number
  readonly ran: readonly Piece[]
  /** Of a job that is done, or was cancelled after it began. */
  readonly report?: JobReport
}

/** One entry of a list; numbers grow with time. */
export interface NumberedJob extends DeferredJob {
  readonly number: number
}

/** What a new plan says of a job. */
export type JobUpdate = Pick<DeferredJob, 'state' | 'progress' | 'placement' | 'plannedAtMs'> & {
  readonly id: string
  /** `reportedAtMs` of the job as the plan saw it. */
  readonly seenReportAtMs?: number
  /** Added to what ran before; what only went on is one piece with it. */
  readonly ran: readonly Piece[]
  readonly report?: JobReport
}

/** How far a job came that is cancelled; `ran` is added to what ran before. */
type CancelledAt = Pick<DeferredJob, 'progress' | 'ran' | 'report'>

export interface AddedJobs {
  readonly ids: readonly string[]
  /** Number of the newest job now. */
  readonly newest: number
}

/** Deferrable jobs of one tenant. Every method throws `UpstreamUnavailable` where the store is away. */
export interface DeferredJobStore {
  /**
   * Adds jobs, all or none. A job whose id is there already is left as it is. Of those who add at
   * once one comes after the other.
   *
   * @param seen newest number that the adder knew of when it chose what they hold
   * @returns undefined, and nothing is added, where others have added since
   */
  add(jobs: readonly DeferredJob[], seen?: number): Promise<AddedJobs | undefined>
  /** Number of the newest job; 0 where there is none. */
  newest(): Promise<number>
  get(id: string): Promise<DeferredJob | undefined>
  /** Newest first; only those with a number below `before`. */
  list(page: { readonly limit: number; readonly before?: number }): Promise<readonly NumberedJob[]>
  /** All that have not ended. */
  active(): Promise<readonly DeferredJob[]>
  /**
   * Writes what was planned, and the events it causes, in one transaction. A job that has ended
   * meanwhile is left as it is, and what was reported meanwhile of one stays.
   */
  update(updates: readonly JobUpdate[], events?: readonly NewEvent[]): Promise<void>
  /** Someone who knows says what is left. @returns false where it has ended or is not there */
  report(id: string, workLeft: number, atMs: number): Promise<boolean>
  /**
   * @param until what it came to, added to what is known; left out where it never began
   * @returns false where it has ended or is not there
   */
  cancel(id: string, until?: CancelledAt): Promise<boolean>
  /** Drops jobs that ended and were handed in before an instant. @returns how many */
  forget(beforeMs: number): Promise<number>
}

/** Regions where interactive traffic needs every GPU at once: deferrable work stands still there. */
export interface YieldedRegions {
  /** Nothing deferrable runs there until an instant; a later one that was said before stays. */
  yield(regions: readonly string[], untilMs: number): Promise<void>
  now(nowMs: number): Promise<ReadonlySet<string>>
  /** Drops those that are over. @returns how many */
  forget(nowMs: number): Promise<number>
}
