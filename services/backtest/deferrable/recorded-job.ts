import type { BatchJob } from '../../batch/index.ts'
import { msFromSeconds } from '../../domain/units.ts'
import { random } from '../../planning/index.ts'
import type { Arena } from '../arena.ts'

/** A deferrable job as somebody handed it in once. */
export interface RecordedJob {
  /** Since the beginning of the recording. */
  readonly submitSeconds: number
  readonly gpus: number
  /** What it took on these GPUs. */
  readonly hours: number
  /** What it may wait besides; by default 6 h where it is short and a day where it is long. */
  readonly waitHours?: number
  readonly interruptible: boolean
  /** It may run on up to so many times its GPUs, as much faster. */
  readonly maxScale: number
}

/** Longer jobs may wait a day, as in GAIA (Hanafy et al., ASPLOS 2024). */
const SHORT_HOURS = 2
const SHORT_WAIT_HOURS = 6
const LONG_WAIT_HOURS = 24
/** Of job power, for every start and resume, in every policy alike. */
const START_HOURS = 1 / 6
const HOUR_MS = 3_600_000
const WATTS_PER_KILOWATT = 1000

export interface JobFrame {
  /** Where the recording begins, and where the played time ends: what is due later is left out. */
  readonly fromMs: number
  readonly toMs: number
  /** By region: W of one GPU at work, host share counted. */
  readonly wattsPerGpu: readonly number[]
  readonly seed: number
}

/**
 * Jobs in the played time. Each is dealt a region by seed, in proportion to the GPUs there, and stays:
 * time alone is shifted. Room for it is not looked at.
 */
export function jobsIn(
  { problem, pools }: Arena,
  recorded: readonly RecordedJob[],
  { fromMs, toMs, wattsPerGpu, seed }: JobFrame,
): readonly BatchJob[] {
  const gpusIn = problem.regions.map((_, r) =>
    pools.reduce((sum, { region, count }) => sum + (region === r ? count : 0), 0),
  )
  const next = random(seed)
  return recorded.flatMap((job, index): BatchJob[] => {
    const r = dealt(gpusIn, next())
    const { hours, gpus, interruptible, maxScale } = job
    const usual = hours <= SHORT_HOURS ? SHORT_WAIT_HOURS : LONG_WAIT_HOURS
    const startMs = fromMs + msFromSeconds(job.submitSeconds)
    const dueMs = startMs + (hours + (job.waitHours ?? usual)) * HOUR_MS
    if (dueMs > toMs) return []
    return [
      {
        id: String(index),
        tenant: 'backtest',
        priority: 0,
        earliestStartMs: startMs,
        deadline: { kind: 'hard', atMs: dueMs },
        work: hours,
        levels: scalesUpTo(maxScale).map((scale) => ({
          gpus: gpus * scale,
          workPerHour: scale,
          kilowatts: (gpus * scale * wattsPerGpu[r]!) / WATTS_PER_KILOWATT,
        })),
        interruptible,
        startHours: START_HOURS,
        checkpointHours: 0,
        slowestRatio: 1,
        regions: [problem.regions[r]!.id],
        after: [],
      },
    ]
  })
}

/** 1, 2, 4 ... */
const scalesUpTo = (most: number): number[] =>
  Array.from({ length: 1 + Math.floor(Math.log2(Math.max(1, most))) }, (_, power) => 2 ** power)

/** @param share of all GPUs, 0 to 1 */
function dealt(gpusIn: readonly number[], share: number): number {
  let left = share * gpusIn.reduce((a, b) => a + b, 0)
  const found = gpusIn.findIndex((gpus) => {
    left -= gpus
    return left < 0
  })
  return Math.max(0, found)
}
