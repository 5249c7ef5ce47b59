export { answerParent } from './answer-parent.ts'
export { compareClocks } from './compare-clocks.ts'
export { JOB_NAMES, type JobName, planVersionOf } from './jobs.ts'
export type * from './port.ts'
