export { jobLines, type WrongLine } from './job-lines.ts'
export type {
  DeferredJob,
  DeferredJobStore,
  JobState,
  JobUpdate,
  NumberedJob,
  YieldedRegions,
} from './port.ts'
export { type JobRequest, JobRequestSchema } from './request.ts'
