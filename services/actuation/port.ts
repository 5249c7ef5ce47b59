/** What part of serving a target stands for; each kind is steered by one field of `Desired`. */
export type TargetKind = 'replicas' | 'route' | 'power' | 'engine'

/** Something outside that can be steered, named in the words of its backend. */
export interface TargetRef {
  /** Unique in the fleet, e.g. `eu-north/llama-70b/H100-tp2-pp1-fp8-b64`. */
  readonly id: string
  readonly kind: TargetKind
  readonly region: string
  /** Adapter name, e.g. `kubernetes-scale`. */
  readonly backend: string
  /** Each adapter says which keys it reads, e.g. `namespace` and `name`. */
  readonly locator: Readonly<Record<string, string>>
}

/** Inclusive. `min === max` is an exact count. */
export interface ReplicaBounds {
  readonly min: number
  readonly max: number
}

export const exactly = (replicas: number): ReplicaBounds => ({ min: replicas, max: replicas })

/** `sleep-1` keeps the weights in host memory, `sleep-2` drops them, `unloaded` frees everything. */
export type EngineState = 'serving' | 'sleep-1' | 'sleep-2' | 'unloaded'

/** Absolute values, never deltas, so that the same request twice is the same request. */
export interface Desired {
  /** Absent fields are left alone. */
  readonly replicas?: ReplicaBounds
  /** Reshapes the replicas themselves: restarts every one of them. */
  readonly parallelism?: {
    readonly tensor: number
    readonly pipeline: number
    readonly data: number
  }
  /** Backend name to integer share; the shares sum to 100. */
  readonly weightsPercent?: Readonly<Record<string, number>>
  /** Per GPU. */
  readonly powerCapWatts?: number | 'default'
  readonly smClockMhz?: { readonly min: number; readonly max: number } | 'default'
  readonly engine?: EngineState
}
export type DesiredField = keyof Desired

export interface Capabilities {
  readonly supports: readonly DesiredField[]
  readonly scaleToZero: boolean
  /** False where the value only travels as a metric that the far side may round or ignore. */
  readonly exact: boolean
  /** Who judges a dry run: the far side without persisting, or only our own checks. */
  readonly dryRun: 'server' | 'client'
  /** The far side itself refuses a write on a stale version. */
  readonly preconditions: boolean
  /** Accepted `powerCapWatts`. */
  readonly powerWatts?: { readonly min: number; readonly max: number }
  /** Missing permissions or settings in words; empty is ready to act. */
  readonly missing: readonly string[]
}

/** Somebody besides us who writes, or wrote last, what we want to steer. */
export interface Owner {
  readonly who: string
  readonly how: 'hpa' | 'keda' | 'controller' | 'human'
  readonly field: string
  readonly sinceMs?: number
}

/** A target as it is now. What the far side does not tell is absent, never 0. */
export interface Observed {
  readonly desired: Desired
  readonly readyReplicas?: number
  /** An autoscaler there moves the count within the bounds, so that a band can be told. */
  readonly elastic?: boolean
  /** The far side has arrived at `desired`. */
  readonly settled: boolean
  /** A new shape is being rolled out: hands off. */
  readonly rollingOut: boolean
  readonly health: 'ok' | 'degraded' | 'unknown'
  /** A person has stopped us at the target itself. */
  readonly paused: boolean
  readonly version: string
  readonly owners: readonly Owner[]
  /** Highest fencing number stamped at the target. */
  readonly fence?: number
  readonly observedAtMs: number
}

/** By target id; one that cannot be seen is absent, so nobody guesses. */
export type Sightings = Readonly<Record<string, Observed>>

export interface ApplyContext {
  /** The same for every retry of one step of one plan. */
  readonly idempotencyKey: string
  /** Grows with each change of leadership; a lower one than the target has seen is refused. */
  readonly fence: number
  readonly planVersion: string
  /** Checks everything, changes nothing. */
  readonly dryRun?: boolean
  /** Refuses to write if the target has moved on from this observed version. */
  readonly ifVersion?: string
  /** What to do where an autoscaler steers the target. */
  readonly onForeignOwner: 'fail' | 'bounds' | 'force'
  readonly abort?: AbortSignal | undefined
}

export interface Receipt {
  readonly targetId: string
  readonly idempotencyKey: string
  /** Roll-back is `apply` of this. */
  readonly before: Desired
  readonly after: Desired
  readonly version: string
  readonly effect: 'noop' | 'accepted' | 'would-accept'
  /** How it was steered: the target itself, the bounds of its autoscaler, or by pausing that. */
  readonly mode: 'direct' | 'bounds' | 'pause'
  readonly warnings: readonly string[]
  readonly atMs: number
}

/**
 * Somewhere inference runs, steered by five verbs.
 *
 * Promises of every adapter, held by `test/contracts/inference-backend.contract.ts`: `apply` is
 * idempotent and writes nothing when nothing differs; a dry run writes nothing; a stale `ifVersion`,
 * a lower fence, a paused target or a field outside `supports` is refused before any write.
 *
 * To add one: write `adapters/<vendor>.ts` as a `BackendDriver` (read, write, release), run the
 * contract suite on it against a local server in `test/actuation/`, add its line to
 * `docs/backends.md`, its RBAC to `infra/kubernetes/` if it needs any, and name it in the wiring.
 *
 * @throws NotFound | Forbidden | UpstreamUnavailable | UpstreamRefused | UpstreamMalformed
 */
export interface InferenceBackend {
  readonly type: string
  /** What the target can do, and what is missing to do it. Reads only. */
  probe(target: TargetRef, abort?: AbortSignal): Promise<Capabilities>
  observe(target: TargetRef, abort?: AbortSignal): Promise<Observed>
  /**
   * `observe` of many at once, by target id, for far sides that can be asked together; absent where
   * they cannot. What cannot be seen is left out.
   */
  observeAll?(targets: readonly TargetRef[], abort?: AbortSignal): Promise<Sightings>
  /** @throws Conflict | Fenced | ForeignOwner | Unsupported | InvalidInput besides the above */
  apply(target: TargetRef, desired: Desired, context: ApplyContext): Promise<Receipt>
  /**
   * Waits until the target has arrived at `receipt.after`.
   *
   * @returns the last look; `settled` is false if the deadline came first
   */
  settle(
    target: TargetRef,
    receipt: Receipt,
    deadlineMs: number,
    abort?: AbortSignal,
  ): Promise<Observed>
  /** Hands control back: bounds, pauses and caps as found before our first write. */
  release(target: TargetRef, context: ApplyContext): Promise<void>
}
