import { type BatchJob, type JobReport, type RegionOutlook, reportJob } from '../batch/index.ts'
import type { DeferredJob } from '../deferred/index.ts'
import { windowsFrom } from '../domain/window.ts'
import type { BatchPorts } from './batch-desk.ts'
import { jobPlaces } from './frame-job.ts'
import { outlookOf } from './outlook-of.ts'
import { readCarbon } from './read-carbon.ts'

const HOUR_MS = 3_600_000

/**
 * What an ended job was worth, on what the grid came to be; the hours nobody has measured yet are as
 * they were forecast. One that ended early is compared for the work that it did.
 *
 * @returns undefined where nothing ran
 */
export async function reportOf(
  { reader, warn, fleet }: Pick<BatchPorts, 'reader' | 'warn' | 'fleet'>,
  { job, ran, progress }: Pick<DeferredJob, 'job' | 'ran' | 'progress'>,
  nowMs: number,
): Promise<JobReport | undefined> {
  const done: BatchJob = { ...job, work: job.work - progress.workLeft }
  if (ran.length === 0 || progress.region === undefined || done.work <= 0) return undefined
  const known = await fleet()
  const { signal, basis } = known
  const hours = Math.ceil((nowMs - job.earliestStartMs) / HOUR_MS) + 1
  const windows = windowsFrom(job.earliestStartMs, HOUR_MS, Math.max(1, hours))
  const those = jobPlaces(known).filter(({ id }) => job.regions.includes(id))
  const zones = [...new Set(those.map(({ zone }) => zone))]
  const carbon = await readCarbon({
    zones,
    windows,
    measure: { signal, basis },
    nowMs,
    reader,
    warn,
  })
  const actual = new Map(
    those.map((place): [string, RegionOutlook] => [
      place.id,
      outlookOf(place, windows, carbon.get(place.zone)!.windows),
    ]),
  )
  return reportJob(done, { region: progress.region, pieces: ran }, actual)
}
