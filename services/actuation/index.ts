export {
  type Command,
  type CommandInput,
  type Commands,
  commandsFor,
  type SteeredTarget,
} from './commands.ts'
export type { BackendDriver, Written } from './driver.ts'
export {
  type EnvelopeInput,
  type EnvelopeLimits,
  type EnvelopeState,
  type EnvelopeTarget,
  type ModelFloor,
  quotaKey,
  type Verdict,
  withinEnvelope,
} from './envelope.ts'
export { type GuardDeps, guardedBackend } from './guarded-backend.ts'
export {
  ANNOTATION,
  type JsonPatchStep,
  type KubernetesApi,
  type KubernetesObject,
  locatorOf,
  objectPath,
} from './kubernetes.ts'
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
  type TargetRef,
} from './port.ts'
export type { Remembered, TargetMemory } from './target-memory.ts'
