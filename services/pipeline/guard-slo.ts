import {
  type Command,
  guardSlo as missingReplicas,
  type Observed,
  quotaKey,
  type SteeredTarget,
  standingReplicas,
} from '../actuation/index.ts'
import { msFromSeconds } from '../domain/units.ts'
import type { Fleet } from '../fleet/index.ts'
import type { Plan, PlanningProblem } from '../planning/index.ts'
import type { StoredPlan } from '../plans/index.ts'
import type { ApplyPlanPorts } from './apply-plan.ts'
import { carryOut } from './carry-out.ts'
import { quotaOf } from './envelope-limits.ts'
import { lookAtTargets } from './look-at-targets.ts'
import { inForce } from './plan-events.ts'
import { rankTargets } from './rank-targets.ts'
import { type ServingNow, servingNow } from './serving-now.ts'

export interface GuardSloPorts extends ApplyPlanPorts {
  /** What a plan was made from; undefined where it has been forgotten. */
  problem(problemDigest: string): Promise<PlanningProblem | undefined>
  /** Deferrable work stands still in these regions until an instant. */
  yieldRegions(regions: readonly string[], untilMs: number): Promise<void>
}

export type GuardResult =
  | { readonly status: 'no-plan' | 'stopped' }
  | { readonly status: 'looked'; readonly added: number }

/** All of a fleet as one look found it. */
interface Sight {
  readonly fleet: Fleet
  readonly stored: StoredPlan
  readonly plan: Plan
  readonly problem: PlanningProblem | undefined
  readonly targets: readonly SteeredTarget[]
  readonly observed: Readonly<Record<string, Observed>>
  readonly changedAtMs: Readonly<Record<string, number>>
  readonly nowMs: number
}

const MINUTE_MS = 60_000
/** A few looks long: once a region has enough again, deferrable work goes on. */
const YIELD_MS = MINUTE_MS
/** Replicas at once where promises are missed and nobody knows by how much. */
const BURST = 1

/**
 * Between two solves: has anybody changed what the targets were told, and is there more to serve
 * than the plan provided? The first is left to the step that applies plans, which is asked to look
 * once a minute. The second is answered at once, by replicas where they cost least carbon; nothing
 * is ever removed here. Deferrable work there makes room until nobody is short any more. A model without metrics is left to the plan.
 */
export async function guardSlo(ports: GuardSloPorts, abort?: AbortSignal): Promise<GuardResult> {
  const stored = await ports.plans.current()
  const nowMs = ports.nowMs()
  // A plan that has run out is `expirePlan`'s.
  if (stored?.outcome.status !== 'planned' || nowMs >= stored.validUntilMs) {
    return { status: 'no-plan' }
  }
  if ((await ports.stopped()) !== undefined) return { status: 'stopped' }
  const fleet = await ports.fleet()
  await lookForDrift(ports, stored.version, fleet, nowMs)

  const { plan } = stored.outcome
  const targets = await ports.targets(fleet, plan)
  const serving = await servingNow(ports.serving, fleet.models)
  const short = serving.filter((model) => mayBeShort(model, plan, targets, nowMs))
  if (short.length === 0) return { status: 'looked', added: 0 }

  const models = new Set(short.map(({ model }) => model))
  const regions = targets.filter(({ model }) => models.has(model)).map(({ region }) => region)
  await ports.yieldRegions([...new Set(regions)], nowMs + YIELD_MS)

  const refs = targets.map(({ ref }) => ref)
  const observed = await lookAtTargets(ports.backend, refs, abort)
  const problem = await ports.problem(stored.problemDigest)
  const changedAtMs = await ports.changedAtMs(refs.map(({ id }) => id))
  const sight = { fleet, stored, plan, problem, targets, observed, changedAtMs, nowMs }
  const free = freeGpus(sight)
  let added = 0
  for (const model of short) added += await relieve(ports, sight, model, free, abort)
  return { status: 'looked', added }
}

/** Once a minute, however many processes look. */
async function lookForDrift(
  { queue }: GuardSloPorts,
  version: number,
  { regions }: Fleet,
  nowMs: number,
): Promise<void> {
  const minute = Math.floor(nowMs / MINUTE_MS)
  for (const { id: region } of regions) {
    const id = `drift-${version}-${region}-${minute}`
    await queue.add({ name: 'apply-plan', payload: { version, region }, id })
  }
}

/** Spares the backends a look while the plan's own capacity is enough. */
function mayBeShort(
  { model, slo, outputTokensPerSecond = 0 }: ServingNow,
  plan: Plan,
  targets: readonly SteeredTarget[],
  nowMs: number,
): boolean {
  if (slo === 'burning') return true
  const ofModel = inForce(plan, nowMs).filter((one) => one.model === model)
  const planned = ofModel.reduce((sum, { region, pointId, replicas }) => {
    const target = targets.find(
      (one) => one.model === model && one.region === region && one.pointId === pointId,
    )
    return sum + replicas * (target?.capacityTokensPerSecond ?? 0)
  }, 0)
  return outputTokensPerSecond > planned
}

/** By `quotaKey`: what the fleet file grants and nothing that was seen was told to use. */
function freeGpus({ fleet, targets, observed }: Sight): Record<string, number> {
  const free = quotaOf(fleet)
  for (const { ref, region, gpu, gpusPerReplica } of targets) {
    const key = quotaKey({ region, gpu })
    const seen = observed[ref.id]
    const replicas = (seen && standingReplicas(seen)) ?? 0
    free[key] = (free[key] ?? 0) - replicas * gpusPerReplica
  }
  return free
}

/** @returns how many replicas of the model were added */
async function relieve(
  ports: GuardSloPorts,
  sight: Sight,
  serving: ServingNow,
  free: Record<string, number>,
  abort?: AbortSignal,
): Promise<number> {
  const { fleet, stored, plan, problem, targets, observed, nowMs } = sight
  const { model, outputTokensPerSecond, requestsWaiting } = serving
  const ranked = rankTargets(targets, model, plan, problem, nowMs)
  const commands = missingReplicas({
    model,
    ...(outputTokensPerSecond !== undefined && { demandTokensPerSecond: outputTokensPerSecond }),
    ...(requestsWaiting !== undefined && { requestsWaiting }),
    slo: helpIsUnderWay(sight, ranked) ? 'unknown' : serving.slo,
    ranked,
    observed,
    freeGpus: free,
    // A plan fills replicas to what they sustain, so less than that is no alarm.
    fullAt: 1,
    burst: BURST,
  })
  if (commands.length === 0) return 0
  // Ahead of the first: whoever dies in between has told. A refusal is told by itself.
  await tellOf(ports, stored.version, serving, commands, nowMs)
  let added = 0
  for (const command of commands) {
    const { region, gpu } = ranked.find(({ ref }) => ref === command.target)!
    const receipt = await carryOut(ports, stored.version, command, fleet, abort)
    if (receipt?.effect !== 'accepted') continue
    free[quotaKey({ region, gpu })]! -= command.gpus
    added += command.toReplicas! - command.fromReplicas!
  }
  return added
}

/** Replicas told a moment ago are still starting, and metrics look back a while. */
function helpIsUnderWay(
  { problem, changedAtMs, nowMs }: Sight,
  ranked: readonly SteeredTarget[],
): boolean {
  const points = problem?.models.flatMap(({ points }) => points) ?? []
  return ranked.some(({ ref, pointId }) => {
    const startSeconds = points.find(({ id }) => id === pointId)?.startSeconds ?? 0
    const atMs = changedAtMs[ref.id]
    return atMs !== undefined && nowMs - atMs < msFromSeconds(startSeconds) + MINUTE_MS
  })
}

function tellOf(
  { tell }: GuardSloPorts,
  version: number,
  { model, slo, outputTokensPerSecond }: ServingNow,
  commands: readonly Command[],
  occurredAtMs: number,
): Promise<void> {
  const asked = commands.map(({ target, fromReplicas, toReplicas, reason }) => ({
    target: target.id,
    replicasBefore: fromReplicas,
    replicas: toReplicas,
    reason,
  }))
  return tell([
    {
      type: 'slo.guard',
      subject: `model/${model}`,
      key: `${version}/${model}/${occurredAtMs}`,
      occurredAtMs,
      data: { version, model, slo, outputTokensPerSecond: outputTokensPerSecond ?? null, asked },
    },
  ])
}
