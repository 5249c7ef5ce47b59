import { type Arena, type JobsJob, jobsIn, type RecordedJob } from '../backtest/index.ts'
import { catalogueGpu } from '../fitting/index.ts'
import type { RecordSpan } from './gather-record.ts'

/**
 * The recorded jobs of a span, with what a GPU at work draws in each region: its rated power and the
 * host's share.
 *
 * @param recorded its time 0 is the beginning of the span
 */
export function framedJobs(
  arena: Arena,
  { fromMs, toMs, seed }: Omit<RecordSpan, 'windowMs'>,
  recorded: readonly RecordedJob[],
): JobsJob['jobs'] {
  const wattsPerGpu = arena.problem.regions.map(
    ({ pools, hostWattsPerGpu }) => catalogueGpu(pools[0]!.gpu).tdpWatts + hostWattsPerGpu,
  )
  return jobsIn(arena, recorded, { fromMs, toMs, wattsPerGpu, seed })
}
