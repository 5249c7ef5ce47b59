/** One scale target, as far as safety depends on it. */
export interface EnvelopeTarget {
  readonly id: string
  readonly region: string
  readonly model: string
  readonly gpu: string
  readonly gpusPerReplica: number
  readonly capacityTokensPerSecond: number
  /** Kept warm whatever the plan says; 0 allows scale to zero. */
  readonly floorReplicas: number
}

/** What was just seen of a target. Absent is unknown, and unknown never removes. */
export interface EnvelopeState {
  readonly replicas?: number
  readonly readyReplicas?: number
  readonly settled: boolean
  readonly rollingOut: boolean
  readonly health: 'ok' | 'degraded' | 'unknown'
  readonly paused: boolean
  /** When we last changed its count; absent is never. */
  readonly changedAtMs?: number
}

export interface ModelFloor {
  readonly minReplicas: number
  /** High-quantile demand with its head-room; absent is unknown. */
  readonly tokensPerSecond?: number
  /** The service objective is being missed right now. */
  readonly sloBurning: boolean
}

export interface EnvelopeLimits {
  readonly models: Readonly<Record<string, ModelFloor>>
  /** By `quotaKey`; a pool that is not listed has none to give. */
  readonly quotaGpus: Readonly<Record<string, number>>
  /** GPUs that may change hands per region and window, and what already has in this one. */
  readonly maxChangedGpus: number
  readonly changedGpus: Readonly<Record<string, number>>
  readonly minDwellMs: number
  /** Above this share of unready targets nothing moves; 0.45 as in Kubernetes' autoscaler. */
  readonly maxUnreadyRatio: number
  /** Counts that last kept every promise; a burning model goes back to at least these. */
  readonly lastKnownGood: Readonly<Record<string, number>>
}

export interface Verdict {
  readonly targetId: string
  /** What may be told to the target; absent: it is unknown, tell it nothing. */
  readonly replicas?: number
  /** Why this is not what was wanted; empty where it is. */
  readonly held: readonly string[]
  /** Whatever an autoscaler may run above `replicas` may go too. */
  readonly mayNarrow: boolean
}

export interface EnvelopeInput {
  readonly targets: readonly EnvelopeTarget[]
  readonly states: Readonly<Record<string, EnvelopeState>>
  /** From an optimiser that may be wrong: absent, NaN and negative numbers are no opinion. */
  readonly wanted: Readonly<Record<string, number>>
  readonly limits: EnvelopeLimits
  readonly nowMs: number
}

export const quotaKey = ({ region, gpu }: { region: string; gpu: string }): string =>
  `${region}/${gpu}`

const UNKNOWN: EnvelopeState = {
  settled: false,
  rollingOut: false,
  health: 'unknown',
  paused: false,
}

export const stateOf = ({ states }: EnvelopeInput, { id }: EnvelopeTarget): EnvelopeState =>
  states[id] ?? UNKNOWN

/** Replicas known to serve. A settled target that tells no readiness has what it was told. */
export function readyOf(state: EnvelopeState): number {
  return state.readyReplicas ?? (state.settled ? (state.replicas ?? 0) : 0)
}
