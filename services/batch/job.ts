/** One number of GPUs a job may run on, and what that gives. */
export interface JobLevel {
  readonly gpus: number
  /** Expected, in the unit of the job's `work`. */
  readonly workPerHour: number
  /** IT power of all its GPUs and their share of the hosts. */
  readonly kilowatts: number
}

/** A hard deadline is kept or the job is refused; a soft one has a price. */
export type Deadline =
  | { readonly kind: 'hard'; readonly atMs: number }
  /** `lateGPerHour`: what an hour of lateness is worth in gCO2e. */
  | { readonly kind: 'soft'; readonly atMs: number; readonly lateGPerHour: number }

/** Deferrable work, as it was asked for. */
export interface BatchJob {
  readonly id: string
  readonly tenant: string
  /** Higher goes first where GPUs are short. */
  readonly priority: number
  readonly earliestStartMs: number
  readonly deadline: Deadline
  /** Tokens or GPU-hours: whatever `workPerHour` is counted in. */
  readonly work: number
  /** The size asked for comes first; further levels are larger. */
  readonly levels: readonly JobLevel[]
  readonly interruptible: boolean
  /** Each GPU that is added draws power this long before it works. */
  readonly startHours: number
  /** A job that stops before its end draws power this much longer to save what it has. */
  readonly checkpointHours: number
  /** Share of the expected throughput that is sustained for all but certain, in (0, 1]. */
  readonly slowestRatio: number
  /** Where it may run; it stays where it began. */
  readonly regions: readonly string[]
  /** Jobs that must have ended before. */
  readonly after: readonly string[]
  readonly budgetUsd?: number
  /** Whose tokens the work is, where it is tokens: warm replicas of that model can take them. */
  readonly model?: string
  /** Whoever runs it says what is left: without a word, nothing was done. */
  readonly reported?: boolean
}

/** How far a job has come. */
export interface JobProgress {
  readonly workLeft: number
  /** Where it began; undefined before. */
  readonly region?: string
  /** Index of the level it runs at now; undefined while it does not. */
  readonly level?: number
}

/** One stretch of a job on a constant number of GPUs, on warm replicas, or on both. */
export interface Piece {
  readonly startMs: number
  readonly endMs: number
  /** Index into the job's levels; undefined where it has no GPUs of its own. */
  readonly level?: number
  /** What replicas that stand for interactive traffic do of it on top. */
  readonly warm?: WarmShare
}

/** What a job gets of warm replicas, and the IT power that they would not draw without it. */
export interface WarmShare {
  readonly workPerHour: number
  readonly kilowatts: number
}

const NO_GPUS: JobLevel = { gpus: 0, workPerHour: 0, kilowatts: 0 }

/** The GPUs of its own that a piece has, and what they give. */
export const ownLevel = (
  { levels }: Pick<BatchJob, 'levels'>,
  { level }: Pick<Piece, 'level'>,
): JobLevel => (level === undefined ? NO_GPUS : levels[level]!)

/** When and where a job is to run. */
export interface Placement {
  readonly region: string
  /** In order, without overlap. */
  readonly pieces: readonly Piece[]
  /** What it holds besides, were every hour as slow as it may be: `slowHours`. */
  readonly reserve: readonly Piece[]
  /** Kept even if every hour brings no more than `slowestRatio` of what is expected. */
  readonly safe: boolean
  readonly energyKwh: number
  readonly carbonG: number
  readonly costUsd: number
}

/** The nothing that has happened to a job that was just handed in. */
export const untouched = (job: BatchJob): JobProgress => ({ workLeft: job.work })

/** Of all work: no more than rounding. */
const ROUNDING = 1e-9

/** Whether what is left of a job is what rounding leaves of it, and no work. */
export const isDone = ({ work }: Pick<BatchJob, 'work'>, workLeft: number): boolean =>
  workLeft <= ROUNDING * work
