import {
  type EnvelopeInput,
  type EnvelopeTarget,
  type ModelFloor,
  readyOf,
  stateOf,
  type Verdict,
} from './envelope-facts.ts'
import { Ledger } from './envelope-ledger.ts'

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
  return input.targets.map((target) => ({
    ...verdicts.verdictOf(target),
    mayNarrow: mayNarrow(input, verdicts, target),
  }))
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
  const least = Math.max(wanted, target.floorReplicas)
  while (ledger.count(target)! > least) {
    if (!isCarried(input, ledger, target, ledger.count(target)! - 1)) {
      return 'what is ready elsewhere does not carry its model yet'
    }
    if (!ledger.hasBudget(target)) return 'enough has changed in this window'
    ledger.step(target, -1)
  }
  return least > wanted ? 'its floor' : undefined
}

/**
 * What an autoscaler may run above the granted count is no promise, but it may be what serves right
 * now: it is cut off only where any other removal would be allowed too.
 */
function mayNarrow(input: EnvelopeInput, ledger: Ledger, target: EnvelopeTarget): boolean {
  const count = ledger.count(target)
  if (count === undefined || input.limits.models[target.model]?.sloBurning) return false
  const obstacle = obstacleOf(input, target) ?? obstacleToRemoval(input, target)
  return obstacle === undefined && isCarried(input, ledger, target, count)
}

/** Do the replicas that are ready carry the model, with no more than so many of them here? */
function isCarried(
  input: EnvelopeInput,
  ledger: Ledger,
  target: EnvelopeTarget,
  most: number,
): boolean {
  const siblings = input.targets.filter(({ model }) => model === target.model)
  const serving = (sibling: EnvelopeTarget) =>
    Math.min(
      readyOf(stateOf(input, sibling)),
      sibling === target ? most : (ledger.count(sibling) ?? 0),
    )
  return standsOn(input.limits.models[target.model]!, siblings, serving)
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
