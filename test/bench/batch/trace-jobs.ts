import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BatchJob, JobLevel } from '../../../services/batch/index.ts'
import { randomFrom } from './random.ts'

const HOUR_MS = 3_600_000
/** Longer ones, 1.6 %, are cut: with their wait they have to end inside a four-day forecast. */
const LONGEST_HOURS = 48
const SHORTEST_HOURS = 0.05
const KILOWATTS_PER_GPU = 0.7
const SHORT_HOURS = 2
const START_HOURS = 1 / 6
const MOST_GPUS = 8

/** Sizes and lengths of real GPU jobs: Microsoft Philly and Alibaba PAI. */
export function traceShapes(dataFolder: string): readonly { hours: number; gpus: number }[] {
  return ['philly_jobs.csv', 'alibaba_gpu2023_pods.csv'].flatMap((file) =>
    readFileSync(join(dataFolder, 'traces', file), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => {
        const [, gpus, seconds] = line.split(',').map(Number)
        const hours = Math.min(LONGEST_HOURS, Math.max(SHORTEST_HOURS, seconds! / 3600))
        return { hours, gpus: Math.min(MOST_GPUS, Math.max(1, Math.round(gpus!))) }
      }),
  )
}

/** Waiting allowed on top of its length: 6 h for short jobs, a day for others (Hanafy et al.). */
const allowedWaitHours = (hours: number): number => (hours <= SHORT_HOURS ? 6 : 24)

/**
 * Jobs as people hand them in: at any second of 26 weeks, in any zone; half of them elastic to four
 * times their size, a quarter interruptible, a quarter neither.
 *
 * @param slowestRatio of the throughput that jobs are promised on
 */
export function* traceJobs(
  count: number,
  shapes: ReturnType<typeof traceShapes>,
  zones: readonly string[],
  span: { readonly fromHour: number; readonly toHour: number },
  slowestRatio: number,
): Generator<BatchJob> {
  const random = randomFrom(8)
  for (let index = 0; index < count; index++) {
    const { hours, gpus } = shapes[Math.floor(random() * shapes.length)]!
    const kind = random()
    const sizes = kind < 0.5 ? [1, 2, 4] : [1]
    const startMs = (span.fromHour + random() * (span.toHour - span.fromHour)) * HOUR_MS
    yield {
      id: String(index),
      tenant: 'bench',
      priority: 0,
      earliestStartMs: startMs,
      deadline: { kind: 'hard', atMs: startMs + (hours + allowedWaitHours(hours)) * HOUR_MS },
      work: hours,
      levels: sizes.map(
        (size): JobLevel => ({
          gpus: gpus * size,
          workPerHour: size,
          kilowatts: gpus * size * KILOWATTS_PER_GPU,
        }),
      ),
      interruptible: kind < 0.75,
      startHours: START_HOURS,
      checkpointHours: 0,
      slowestRatio,
      regions: [zones[Math.floor(random() * zones.length)]!],
      after: [],
    }
  }
}
