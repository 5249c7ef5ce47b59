import type { Assignment } from '../planning/index.ts'
import { withinEnvelope } from './envelope.ts'
import {
  type EnvelopeInput,
  type EnvelopeLimits,
  type EnvelopeState,
  type EnvelopeTarget,
  quotaKey,
  type Verdict,
} from './envelope-facts.ts'
import type { Desired, Observed, TargetRef } from './port.ts'
import { standingReplicas, takesAway, toldBounds } from './standing.ts'

/** One variant of one model in one region, and what steers it. */
export interface SteeredTarget extends Omit<EnvelopeTarget, 'id'> {
  readonly ref: TargetRef
  /** `variantId` of what runs there. */
  readonly pointId: string
  /** Enough to be safe with nobody planning. */
  readonly safeReplicas: number
  /** Requests one replica carries at once. */
  readonly maxInFlight: number
  /** The GPUs' own targets, one a node, where their power can be set. */
  readonly power?: readonly PowerTarget[]
}

export interface PowerTarget {
  readonly ref: TargetRef
  readonly capWatts: number | 'default'
}

export interface Command {
  readonly kind: 'scale-up' | 'scale-down' | 'cap'
  readonly target: TargetRef
  /** Absolute: the same command twice is the same command. */
  readonly desired: Desired
  /** The observation it was decided on; `apply` refuses if that has changed. */
  readonly ifVersion: string
  readonly fromReplicas?: number
  readonly toReplicas?: number
  readonly gpus: number
  readonly reason: string
}

export interface CommandInput {
  /** Of the window in force; `undefined` when the plan has expired: everything to its safe state. */
  readonly assignments: readonly Assignment[] | undefined
  readonly targets: readonly SteeredTarget[]
  /** By target id; absent is unknown. */
  readonly observed: Readonly<Record<string, Observed>>
  /** By target id: when we last changed its count. */
  readonly changedAtMs: Readonly<Record<string, number>>
  readonly limits: EnvelopeLimits
  /**
   * By model: how many times its demand now it may come to need with nobody planning. An autoscaler
   * at the far side is left as much room; absent: none.
   */
  readonly growth?: Readonly<Record<string, number>>
  readonly nowMs: number
}

export interface Commands {
  /** In the order to carry out: capacity is made before any is broken. */
  readonly commands: readonly Command[]
  /** Where the envelope did not grant what the plan wants, and why. */
  readonly held: readonly Verdict[]
}

/**
 * What to tell whom, so that the fleet becomes what the plan says for this window, as far as the
 * safety envelope lets it at this moment. The next call, on newer observations, goes on from there.
 *
 * A model that the plan does not mention at all was forgotten, not switched off: it is held.
 */
export function commandsFor(input: CommandInput): Commands {
  const { targets, observed } = input
  const byId = new Map(targets.map((target) => [target.ref.id, target]))
  const verdicts = withinEnvelope(envelopeInputOf(input))
  const scales = verdicts.flatMap(
    (verdict) => scaleCommand(input, byId.get(verdict.targetId)!, verdict) ?? [],
  )
  const ups = scales.filter(({ kind }) => kind === 'scale-up')
  const downs = scales.filter(({ kind }) => kind === 'scale-down')
  const caps = targets.flatMap(({ power = [] }) =>
    power.flatMap((one) => capCommand(observed, one) ?? []),
  )
  return {
    commands: [...ups, ...downs, ...caps],
    held: verdicts.filter(({ held }) => held.length > 0),
  }
}

/** The same look in the envelope's words: what it is, what it was seen as, what is wished for. */
export function envelopeInputOf(input: CommandInput): EnvelopeInput {
  const { targets, observed, changedAtMs, limits, nowMs } = input
  return {
    targets: targets.map((target) => ({ ...target, id: target.ref.id })),
    states: Object.fromEntries(
      targets.flatMap(({ ref: { id } }) => {
        const seen = observed[id]
        return seen ? [[id, stateOf(seen, changedAtMs[id])]] : []
      }),
    ),
    wanted: Object.fromEntries(
      targets.flatMap((target) => {
        const wanted = wantedOf(input, target)
        return wanted === undefined ? [] : [[target.ref.id, wanted]]
      }),
    ),
    limits,
    nowMs,
  }
}

/** The plan's count; without a plan at least the safe one; without a word of the model nothing. */
function wantedOf(
  { assignments, observed }: CommandInput,
  { ref, model, region, pointId, safeReplicas }: SteeredTarget,
): number | undefined {
  if (assignments === undefined) {
    const seen = observed[ref.id]
    const now = seen && standingReplicas(seen)
    return now === undefined ? undefined : Math.max(now, safeReplicas)
  }
  const ofModel = assignments.filter((assignment) => assignment.model === model)
  if (ofModel.length === 0) return undefined
  const mine = ofModel.find((one) => one.region === region && one.pointId === pointId)
  return mine?.replicas ?? 0
}

function stateOf(seen: Observed, changedAtMs: number | undefined): EnvelopeState {
  const { readyReplicas, settled, rollingOut, health, paused } = seen
  const replicas = standingReplicas(seen)
  return {
    ...(replicas !== undefined && { replicas }),
    ...(readyReplicas !== undefined && { readyReplicas }),
    ...(changedAtMs !== undefined && { changedAtMs }),
    settled,
    rollingOut,
    health,
    paused,
  }
}

function scaleCommand(
  input: CommandInput,
  target: SteeredTarget,
  { replicas, held, mayNarrow }: Verdict,
): Command | undefined {
  const seen = input.observed[target.ref.id]
  const bounds = seen?.desired.replicas
  if (!bounds || replicas === undefined) return undefined
  const expired = input.assignments === undefined
  const room = roomFor(input, target, replicas)
  const wanted = toldBounds(seen, { replicas, room, mayNarrow: mayNarrow && !expired })
  if (wanted.min === bounds.min && wanted.max === bounds.max) return undefined
  const fromReplicas = standingReplicas(seen)!
  return {
    kind: takesAway(wanted, seen) ? 'scale-down' : 'scale-up',
    target: target.ref,
    desired: { replicas: wanted },
    ifVersion: seen.version,
    fromReplicas,
    toReplicas: replicas,
    gpus: Math.abs(replicas - fromReplicas) * target.gpusPerReplica,
    reason: [expired ? 'the plan has expired' : 'the plan', ...held].join('; '),
  }
}

/** Up to so many an autoscaler may grow by itself: what the model may come to need, if it fits. */
function roomFor(
  { assignments, growth, limits }: CommandInput,
  { model, region, gpu, gpusPerReplica, safeReplicas }: SteeredTarget,
  replicas: number,
): number {
  const times = growth?.[model]
  if (assignments === undefined || times === undefined || replicas === 0) return replicas
  const fitting = Math.floor((limits.quotaGpus[quotaKey({ region, gpu })] ?? 0) / gpusPerReplica)
  const needed = Math.max(safeReplicas, Math.ceil(replicas * times))
  return Math.max(replicas, Math.min(fitting, needed))
}

function capCommand(
  observed: CommandInput['observed'],
  { ref, capWatts }: PowerTarget,
): Command | undefined {
  const seen = observed[ref.id]
  if (!seen || seen.paused || seen.desired.powerCapWatts === capWatts) return undefined
  return {
    kind: 'cap',
    target: ref,
    desired: { powerCapWatts: capWatts },
    ifVersion: seen.version,
    gpus: 0,
    reason: 'the variant runs at this power',
  }
}
