export { checkPayload, JOB_NAMES, type JobData, type JobName, jobs } from './jobs.ts'
export type * from './port.ts'
