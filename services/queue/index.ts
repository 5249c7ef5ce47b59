export { JOB_NAMES } from './jobs.ts'
export type * from './port.ts'
