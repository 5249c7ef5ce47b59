export { type Arena, type ArenaExtras, compileArena } from './arena.ts'
export { type Ceiling, ceilingOf } from './ceiling.ts'
export { checkLeaks, type Leak } from './check-leaks.ts'
export { type ComparedPolicy, comparePolicies, keepsPromises } from './compare.ts'
export { OUTLOOK_HOURS } from './deferrable/outlooks.ts'
export { type DeferrableResult, type JobsJob, playJobs } from './deferrable/play-jobs.ts'
export { deferrablePolicies } from './deferrable/policies/index.ts'
export type { DeferrablePolicy } from './deferrable/policy.ts'
export { jobsIn, type RecordedJob } from './deferrable/recorded-job.ts'
export { runOnce, type Throughput } from './deferrable/run-job.ts'
export { runRolling } from './deferrable/run-rolling.ts'
export { liveSignalAdds, type PlayedLever, playedLevers } from './levers.ts'
export {
  FLOORS,
  type PolicyJob,
  type PolicyResult,
  playPolicy,
  windowsToPlay,
} from './play-policy.ts'
export { POLICIES } from './policies/index.ts'
export type { Knobs, Policy } from './policy.ts'
export { type PriceOfNotKnowing, priceOfNotKnowing } from './price-of-not-knowing.ts'
export { EXPECTED_HOURS, type GridRecord } from './record.ts'
export { deferrableCsv, hourlyCsv, runsCsv } from './report/csv.ts'
export { htmlReport } from './report/html.ts'
export { intervalWords } from './report/interval-words.ts'
export type { BacktestOutcome } from './report/outcome.ts'
export type { Summary } from './summary.ts'
export { TRIALS } from './tune.ts'
export { VARIATIONS, type Variation } from './variations.ts'
export { withWeeklyNoise } from './weekly-noise.ts'
export { type WholeWorkload, wholeWorkload } from './whole-workload.ts'
