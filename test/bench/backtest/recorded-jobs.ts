import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RecordedJob } from '../../../services/backtest/index.ts'
import { readJobs } from '../../../services/demand/index.ts'

/** A week from the middle of Microsoft's Philly recording, so many days of it. */
const FROM_SECONDS = 50 * 86_400
/** Longer ones, with their wait, do not end inside a four-day forecast. */
const LONGEST_HOURS = 48
const MOST_GPUS = 8

/**
 * Jobs of the recording as they came in; of every four, two may grow to four times their GPUs, one may
 * be interrupted, and one may neither.
 */
export function recordedJobs(dataFolder: string, days: number): readonly RecordedJob[] {
  const toSeconds = FROM_SECONDS + days * 86_400
  return readJobs(readFileSync(join(dataFolder, 'traces/philly_jobs.csv'), 'utf8'))
    .filter(({ submitSeconds }) => submitSeconds >= FROM_SECONDS && submitSeconds < toSeconds)
    .filter(({ hours, gpus }) => hours > 0 && hours <= LONGEST_HOURS && gpus <= MOST_GPUS)
    .map((job, index) => ({
      ...job,
      submitSeconds: job.submitSeconds - FROM_SECONDS,
      interruptible: index % 4 < 3,
      maxScale: index % 4 < 2 ? 4 : 1,
    }))
}
