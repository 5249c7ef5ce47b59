export { type JobAsk, latestStartMs, readAsk } from './job-ask.ts'
export type { JobScheduler, WaitingJob, WaitingState } from './port.ts'
