export { JOB_NAMES, type JobName } from './jobs.ts'
export type * from './port.ts'
