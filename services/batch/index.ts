export { type Admission, admitJob } from './admit-job.ts'
export { type Advanced, advance } from './advance.ts'
export { type CapacityLedger, capacityLedger } from './capacity-ledger.ts'
export { type Usage, usageOf } from './emissions.ts'
export { holdGpus } from './hold-gpus.ts'
export {
  type BatchJob,
  type Deadline,
  type JobLevel,
  type JobProgress,
  ownLevel,
  type Piece,
  type Placement,
  untouched,
} from './job.ts'
export type { QueuedJob } from './order-jobs.ts'
export { carbonIn, type RegionOutlook, windowAt } from './outlook.ts'
export { type PlaceOptions, placeJob } from './place-job.ts'
export { type JobReport, reportJob } from './report-job.ts'
export {
  type BatchSchedule,
  type ScheduleInputs,
  scheduleJobs,
  schedulingSteps,
} from './schedule-jobs.ts'
export { type WarmLedger, type WarmRoom, warmLedger } from './warm-ledger.ts'
