import { versionOf } from '../desired.ts'
import type { BackendDriver } from '../driver.ts'
import { type GuardDeps, guardedBackend } from '../guarded-backend.ts'
import type { Capabilities, Desired, InferenceBackend, Observed, TargetRef } from '../port.ts'

export interface DryRunOptions {
  /** What a target is before we first write to it; by default it has told nothing. */
  readonly initial?: (target: TargetRef) => Desired
}

/**
 * Does nothing outside: a target is whatever it was last told, as kept in `deps.memory`. For the
 * first days of a new fleet, where a plan is to be watched before it may act.
 */
export function dryRunBackend(deps: GuardDeps, options: DryRunOptions = {}): InferenceBackend {
  const { initial = () => ({}) } = options
  const driver: BackendDriver = {
    type: 'dry-run',
    supports: [
      'replicas',
      'parallelism',
      'weightsPercent',
      'powerCapWatts',
      'smClockMhz',
      'engine',
    ],
    dryRun: 'client',
    probe: async (): Promise<Capabilities> => ({
      supports: driver.supports,
      scaleToZero: true,
      exact: true,
      dryRun: 'client',
      preconditions: true,
      missing: [],
    }),
    async read(target) {
      const remembered = await deps.memory.recall(target.id)
      const desired = { ...initial(target), ...remembered?.applied }
      const seen: Observed = {
        desired,
        ...(desired.replicas && { readyReplicas: desired.replicas.min }),
        settled: true,
        rollingOut: false,
        health: 'ok',
        paused: false,
        version: versionOf(desired),
        owners: [],
        ...(remembered && { fence: remembered.fence }),
        observedAtMs: deps.nowMs(),
      }
      return { seen, raw: undefined }
    },
    // The guard has already written the new state to the memory, which is all the world there is.
    write: async () => ({ mode: 'direct', warnings: [] }),
    release: async () => undefined,
  }
  return guardedBackend(driver, deps)
}
