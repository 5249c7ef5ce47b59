export type { AuditEntry, AuditLog, AuditQuery } from './audit.ts'
export {
  type Command,
  type CommandInput,
  commandsFor,
  envelopeInputOf,
  type PowerTarget,
  type SteeredTarget,
} from './commands.ts'
export { pick } from './desired.ts'
export { answerDrift, type Drift, type DriftPolicy, driftOf } from './drift.ts'
export type { BackendDriver, Written } from './driver.ts'
export { type EnginePoolOptions, enginePool } from './engine-pool.ts'
export {
  type EnvelopeInput,
  type EnvelopeLimits,
  type EnvelopeState,
  type EnvelopeTarget,
  type ModelFloor,
  quotaKey,
  type Verdict,
} from './envelope-facts.ts'
export { type GuardDeps, guardedBackend } from './guarded-backend.ts'
export { intendedCommands } from './intended-commands.ts'
export {
  environmentStop,
  lastKnown,
  type StopSource,
  type StopSwitch,
  stopReason,
} from './kill-switch.ts'
export type { KnownGood } from './known-good.ts'
export {
  ANNOTATION,
  type JsonPatchStep,
  type KubernetesAccess,
  type KubernetesApi,
  type KubernetesObject,
  listPath,
  locatorOf,
  missingAccess,
  objectPath,
} from './kubernetes.ts'
export type { Lease, Leases } from './lease.ts'
export { observeEach } from './observe-each.ts'
export { plainCapabilities, plainSighting } from './plain-driver.ts'
export {
  type ApplyContext,
  type Capabilities,
  type Desired,
  type EngineState,
  exactly,
  type InferenceBackend,
  type Observed,
  type Owner,
  type Receipt,
  type ReplicaBounds,
  type Sightings,
  type TargetRef,
} from './port.ts'
export { aibrixMetric, type WantedTarget, wvaMetrics } from './pull-surface.ts'
export { runShift, type ShiftDeps, type ShiftResult, type SloState } from './run-shift.ts'
export {
  advance,
  type ShiftRecord,
  type ShiftStore,
  type StepOutcome,
  startOf,
} from './shift-record.ts'
export {
  type RouteMove,
  rollBack,
  type Shift,
  type ShiftInput,
  type ShiftStep,
  shiftSequence,
} from './shift-sequence.ts'
export { type GuardInput, guardSlo } from './slo-guard.ts'
export { sparingAudit } from './sparing-audit.ts'
export { pausedOrFenced, stampSteps } from './stamps.ts'
export { standingReplicas, takesAway } from './standing.ts'
export type { Remembered, TargetMemory } from './target-memory.ts'
export type { ToldTargets } from './told-targets.ts'
export { obstacleToStep } from './verify-step.ts'
export { toPercent, type Weights, weightSteps } from './weight-steps.ts'
