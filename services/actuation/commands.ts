import type { Assignment } from '../planning/index.ts'
import {
  type EnvelopeInput,
  type EnvelopeLimits,
  type EnvelopeState,
  type EnvelopeTarget,
  type Verdict,
  withinEnvelope,
} from './envelope.ts'
import { type Desired, exactly, type Observed, type TargetRef } from './port.ts'

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
    const now = observed[ref.id]?.desired.replicas?.max
    return now === undefined ? undefined : Math.max(now, safeReplicas)
  }
  const ofModel = assignments.filter((assignment) => assignment.model === model)
  if (ofModel.length === 0) return undefined
  const mine = ofModel.find((one) => one.region === region && one.pointId === pointId)
  return mine?.replicas ?? 0
}

/** A band counts as its lower end: only that much is promised to run. */
function stateOf(seen: Observed, changedAtMs: number | undefined): EnvelopeState {
  const { desired, readyReplicas, settled, rollingOut, health, paused } = seen
  return {
    ...(desired.replicas && { replicas: desired.replicas.min }),
    ...(readyReplicas !== undefined && { readyReplicas }),
    ...(changedAtMs !== undefined && { changedAtMs }),
    settled,
    rollingOut,
    health,
    paused,
  }
}

function scaleCommand(
  { assignments, observed }: CommandInput,
  { ref, gpusPerReplica }: SteeredTarget,
  { replicas, held }: Verdict,
): Command | undefined {
  const seen = observed[ref.id]
  const from = seen?.desired.replicas
  if (!from || replicas === undefined) return undefined
  if (from.min === replicas && from.max === replicas) return undefined
  const up = replicas >= from.min
  const cause = assignments === undefined ? 'the plan has expired' : 'the plan'
  return {
    kind: up ? 'scale-up' : 'scale-down',
    target: ref,
    desired: { replicas: exactly(replicas) },
    ifVersion: seen.version,
    fromReplicas: from.min,
    toReplicas: replicas,
    gpus: Math.abs(replicas - from.min) * gpusPerReplica,
    reason: [cause, ...held].join('; '),
  }
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
