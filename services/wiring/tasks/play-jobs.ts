import { type DeferrableResult, type JobsJob, playJobs } from '../../backtest/index.ts'

export const task = (job: JobsJob): readonly DeferrableResult[] => playJobs(job)
