import {
  capacityLedger,
  type RegionOutlook,
  scheduleJobs,
  untouched,
} from '../../../services/batch/index.ts'
import { traceJobs, traceShapes } from './trace-jobs.ts'

const HOUR_MS = 3_600_000
const SLOWEST_RATIO = 0.4
/** Of one region; few enough that jobs get in each other's way. */
const GPUS_PER_JOB = 1.5

/** Seconds to place this many jobs at once, with a ledger, each in one of three regions. */
export function planSeconds(
  dataFolder: string,
  truths: readonly RegionOutlook[],
  hour: number,
  count: number,
): { readonly seconds: number; readonly unplaced: number } {
  const now = truths.map((truth): RegionOutlook => {
    const from = hour - truth.startMs / HOUR_MS
    return {
      ...truth,
      startMs: hour * HOUR_MS,
      carbonGPerKwh: truth.carbonGPerKwh.slice(from, from + 168),
    }
  })
  const names = now.map(({ region }) => region)
  const span = { fromHour: hour, toHour: hour + 24 }
  const shapes = traceShapes(dataFolder)
  const jobs = [...traceJobs(count, shapes, names, span, SLOWEST_RATIO)].map((job) => {
    const at = names.indexOf(job.regions[0]!)
    return { ...job, regions: [0, 1, 2].map((next) => names[(at + next) % names.length]!) }
  })
  const queued = jobs.map((job) => ({ job, progress: untouched(job) }))
  const gpus = Math.ceil((count * GPUS_PER_JOB) / names.length)
  const startedMs = performance.now()
  const { unplaced } = scheduleJobs(queued, {
    nowMs: hour * HOUR_MS,
    outlooks: new Map(now.map((outlook) => [outlook.region, outlook])),
    ledger: capacityLedger(now, () => gpus, 400 * HOUR_MS),
  })
  return { seconds: (performance.now() - startedMs) / 1000, unplaced: unplaced.length }
}
