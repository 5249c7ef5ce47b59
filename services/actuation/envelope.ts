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

/**
 * The last word before anything is sent: whatever a plan wants, capacity stays above the floors,
 * inside the quota and changes slowly. Independent of the optimiser, and knows nothing of carbon.
 *
 * Starts from what is running and takes single steps towards the wish, each only if the state
 * after it is still safe; so every rule holds of the result because it held after each step.
 * Additions come first, as they will be carried out, and are counted against the quota together
 * with everything that still runs.
 */
export function withinEnvelope(input: EnvelopeInput): readonly Verdict[] {
  const verdicts = new Ledger(input)
  const each = (move: (target: EnvelopeTarget) => string | undefined) => {
    for (const target of input.targets) verdicts.hold(target, move(target))
  }
  each((target) => raiseToFloor(input, verdicts, target))
  each((target) => addWanted(input, verdicts, target))
  for (const model of new Set(input.targets.map((target) => target.model))) {
    raiseModel(input, verdicts, model)
  }
  each((target) => removeUnwanted(input, verdicts, target))
  return input.targets.map((target) => verdicts.verdictOf(target))
}

/** Running counts, next counts, and what each step has used up. */
class Ledger {
  private readonly input: EnvelopeInput
  private readonly next = new Map<string, number>()
  private readonly held = new Map<string, Set<string>>()
  private readonly changed: Record<string, number>
  private readonly used: Record<string, number> = {}

  constructor(input: EnvelopeInput) {
    this.input = input
    this.changed = { ...input.limits.changedGpus }
    for (const target of input.targets) {
      const { replicas } = stateOf(input, target)
      if (replicas === undefined) continue
      this.next.set(target.id, replicas)
      this.use(target, replicas)
    }
  }

  count(target: EnvelopeTarget): number | undefined {
    return this.next.get(target.id)
  }

  hold(target: EnvelopeTarget, why: string | undefined): void {
    if (why === undefined) return
    this.held.set(target.id, (this.held.get(target.id) ?? new Set()).add(why))
  }

  verdictOf(target: EnvelopeTarget): Verdict {
    const replicas = this.count(target)
    const held = [...(this.held.get(target.id) ?? [])]
    return { targetId: target.id, ...(replicas !== undefined && { replicas }), held }
  }

  hasQuota(target: EnvelopeTarget): boolean {
    const key = quotaKey(target)
    const quota = this.input.limits.quotaGpus[key] ?? 0
    return (this.used[key] ?? 0) + target.gpusPerReplica <= quota
  }

  hasBudget({ region, gpusPerReplica }: EnvelopeTarget): boolean {
    return (this.changed[region] ?? 0) + gpusPerReplica <= this.input.limits.maxChangedGpus
  }

  /** Additions take quota; removals give none back before they have really happened. */
  step(target: EnvelopeTarget, by: 1 | -1): void {
    this.next.set(target.id, this.count(target)! + by)
    this.changed[target.region] = (this.changed[target.region] ?? 0) + target.gpusPerReplica
    if (by === 1) this.use(target, 1)
  }

  private use(target: EnvelopeTarget, replicas: number): void {
    const key = quotaKey(target)
    this.used[key] = (this.used[key] ?? 0) + replicas * target.gpusPerReplica
  }
}

const UNKNOWN: EnvelopeState = {
  settled: false,
  rollingOut: false,
  health: 'unknown',
  paused: false,
}

const stateOf = ({ states }: EnvelopeInput, { id }: EnvelopeTarget): EnvelopeState =>
  states[id] ?? UNKNOWN

/** Replicas known to serve. A settled target that tells no readiness has what it was told. */
function readyOf(state: EnvelopeState): number {
  return state.readyReplicas ?? (state.settled ? (state.replicas ?? 0) : 0)
}

function raiseToFloor(
  input: EnvelopeInput,
  ledger: Ledger,
  target: EnvelopeTarget,
): string | undefined {
  const count = ledger.count(target)
  if (count === undefined) return 'its state is unknown'
  if (stateOf(input, target).paused) return 'a person paused it'
  while (ledger.count(target)! < target.floorReplicas) {
    if (!ledger.hasQuota(target)) return 'no GPUs are left for its floor'
    ledger.step(target, 1)
  }
  return undefined
}

function addWanted(
  input: EnvelopeInput,
  ledger: Ledger,
  target: EnvelopeTarget,
): string | undefined {
  const wanted = wantedOf(input, ledger, target)
  if (wanted === undefined || wanted <= ledger.count(target)!) return undefined
  const obstacle = obstacleOf(input, target)
  if (obstacle) return obstacle
  while (ledger.count(target)! < wanted) {
    if (!ledger.hasQuota(target)) return 'no GPUs are left in the quota'
    if (!ledger.hasBudget(target)) return 'enough has changed in this window'
    ledger.step(target, 1)
  }
  return undefined
}

/** Adds, in the given order, until the model's floor stands; a floor is worth more than a budget. */
function raiseModel(input: EnvelopeInput, ledger: Ledger, model: string): void {
  const floor = input.limits.models[model]
  if (!floor) return
  const targets = input.targets.filter((target) => target.model === model)
  const planned = (target: EnvelopeTarget) => ledger.count(target) ?? 0
  const canGrow = (target: EnvelopeTarget) =>
    ledger.count(target) !== undefined &&
    ownObstacleOf(input, target) === undefined &&
    ledger.hasQuota(target)
  while (!standsOn(floor, targets, planned)) {
    const growing = targets.find(canGrow)
    if (!growing) return
    ledger.step(growing, 1)
    ledger.hold(growing, 'its model would fall below its floor')
  }
}

function removeUnwanted(
  input: EnvelopeInput,
  ledger: Ledger,
  target: EnvelopeTarget,
): string | undefined {
  const wanted = wantedOf(input, ledger, target)
  if (wanted === undefined || wanted >= ledger.count(target)!) return undefined
  const obstacle = obstacleOf(input, target) ?? obstacleToRemoval(input, target)
  if (obstacle) return obstacle
  const floor = input.limits.models[target.model]!
  const siblings = input.targets.filter(({ model }) => model === target.model)
  const least = Math.max(wanted, target.floorReplicas)
  while (ledger.count(target)! > least) {
    const serving = (sibling: EnvelopeTarget) => {
      const count = ledger.count(sibling) ?? 0
      return Math.min(readyOf(stateOf(input, sibling)), sibling === target ? count - 1 : count)
    }
    if (!standsOn(floor, siblings, serving)) {
      return 'what is ready elsewhere does not carry its model yet'
    }
    if (!ledger.hasBudget(target)) return 'enough has changed in this window'
    ledger.step(target, -1)
  }
  return least > wanted ? 'its floor' : undefined
}

/** The wish as a whole number, or no opinion. A burning model wishes itself back to safety. */
function wantedOf(
  { wanted, limits }: EnvelopeInput,
  ledger: Ledger,
  target: EnvelopeTarget,
): number | undefined {
  const { id, model } = target
  const count = ledger.count(target)
  if (count === undefined) return undefined
  if (limits.models[model]?.sloBurning) return Math.max(count, limits.lastKnownGood[id] ?? count)
  const wish = wanted[id]
  return wish !== undefined && Number.isInteger(wish) && wish >= 0 ? wish : undefined
}

function ownObstacleOf(input: EnvelopeInput, target: EnvelopeTarget): string | undefined {
  const { paused, rollingOut, health } = stateOf(input, target)
  if (paused) return 'a person paused it'
  if (rollingOut) return 'a roll-out runs'
  return health === 'degraded' ? 'it is unhealthy' : undefined
}

/** Where much is unready the fault may be ours, and more moves would spread it. */
function obstacleOf(input: EnvelopeInput, target: EnvelopeTarget): string | undefined {
  const known = input.targets.map((one) => stateOf(input, one))
  const unready = known.filter((one) => readyOf(one) < (one.replicas ?? 1)).length
  const frozen = unready > known.length * input.limits.maxUnreadyRatio
  return ownObstacleOf(input, target) ?? (frozen ? 'too many targets are unready' : undefined)
}

function obstacleToRemoval(input: EnvelopeInput, target: EnvelopeTarget): string | undefined {
  const { limits, nowMs } = input
  const { changedAtMs } = stateOf(input, target)
  if (limits.models[target.model]?.tokensPerSecond === undefined) return 'its demand is unknown'
  if (changedAtMs !== undefined && nowMs - changedAtMs < limits.minDwellMs) {
    return 'it changed a moment ago'
  }
  return undefined
}

function standsOn(
  { minReplicas, tokensPerSecond = 0 }: ModelFloor,
  targets: readonly EnvelopeTarget[],
  countOf: (target: EnvelopeTarget) => number,
): boolean {
  let replicas = 0
  let capacity = 0
  for (const target of targets) {
    replicas += countOf(target)
    capacity += countOf(target) * target.capacityTokensPerSecond
  }
  return replicas >= minReplicas && capacity >= tokensPerSecond
}
