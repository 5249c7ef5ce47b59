import type { BatchJob } from './job.ts'

/** Hours a level needs for `work`, its start included, if every hour is as slow as it may be. */
export function slowestHours(job: BatchJob, work: number, level: number): number {
  return work / (job.levels[level]!.workPerHour * job.slowestRatio) + job.startHours
}

/** The level that brings most work an hour. */
export function fastestLevel({ levels }: BatchJob): number {
  let fastest = 0
  for (const [level, { workPerHour }] of levels.entries()) {
    if (workPerHour > levels[fastest]!.workPerHour) fastest = level
  }
  return fastest
}
