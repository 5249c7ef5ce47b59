import { type Usage, usageOf } from './emissions.ts'
import { type BatchJob, type Piece, untouched } from './job.ts'
import { HOUR_MS, type RegionOutlook } from './outlook.ts'
import { placeJob } from './place-job.ts'

/** What shifting a job was worth. */
export interface JobReport {
  readonly used: Usage
  /** At the size asked for, in the first region, from the first moment. */
  readonly runNow: Usage
  /** The best that could have been done, had the grid been known. */
  readonly perfect: Usage
  /** (run now - used) / run now; negative where shifting did harm. */
  readonly savedRatio: number
  /** Of what perfect foresight would have saved; undefined where that is nothing. */
  readonly capturedRatio?: number
}

/**
 * The account of an ended job.
 *
 * @param actual what the grid came to be, of every region of the job, from its earliest start on
 */
export function reportJob(
  job: BatchJob,
  ran: { readonly region: string; readonly pieces: readonly Piece[] },
  actual: ReadonlyMap<string, RegionOutlook>,
): JobReport {
  const home = actual.get(job.regions[0]!)!
  const startMs = job.earliestStartMs
  const hours = job.work / job.levels[0]!.workPerHour + job.startHours
  const now = [{ startMs, endMs: startMs + hours * HOUR_MS, level: 0 }]
  const used = usageOf(job, ran.pieces, actual.get(ran.region)!)
  const runNow = usageOf(job, now, home)
  const expected = { ...job, slowestRatio: 1 }
  const best = placeJob(expected, untouched(job), { nowMs: startMs, outlooks: actual })
  const perfect = best ?? runNow
  const possibleG = runNow.carbonG - perfect.carbonG
  const savedG = runNow.carbonG - used.carbonG
  return {
    used,
    runNow,
    perfect: { energyKwh: perfect.energyKwh, carbonG: perfect.carbonG, costUsd: perfect.costUsd },
    savedRatio: runNow.carbonG > 0 ? savedG / runNow.carbonG : 0,
    ...(possibleG > 0 && { capturedRatio: savedG / possibleG }),
  }
}
