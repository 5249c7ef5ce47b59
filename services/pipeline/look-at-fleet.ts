import type {
  AuditLog,
  CommandInput,
  EnvelopeLimits,
  InferenceBackend,
  KnownGood,
  Observed,
  SteeredTarget,
} from '../actuation/index.ts'
import type { Fleet } from '../fleet/index.ts'
import type { Assignment, Plan } from '../planning/index.ts'
import { demandGrowth } from './demand-growth.ts'
import { envelopeLimits } from './envelope-limits.ts'
import { lookAtTargets } from './look-at-targets.ts'
import { type ReadServing, type ServingNow, servingNow } from './serving-now.ts'

export interface LookPorts {
  fleet(): Promise<Fleet>
  /** What the plan and those before it steer, over all regions. */
  targets(fleet: Fleet, plan: Plan): Promise<readonly SteeredTarget[]>
  backend(id: string): InferenceBackend
  /** By target id: when we last told it something. */
  changedAtMs(targetIds: readonly string[]): Promise<Readonly<Record<string, number>>>
  readonly serving: ReadServing
  readonly audit: AuditLog
  readonly knownGood: KnownGood
  nowMs(): number
}

/** All of a fleet as one look found it, and what the envelope allows there. */
export interface FleetSight {
  readonly fleet: Fleet
  readonly plan: Plan
  readonly targets: readonly SteeredTarget[]
  /** By target id, power included; what cannot be seen is absent. */
  readonly observed: Readonly<Record<string, Observed>>
  readonly changedAtMs: Readonly<Record<string, number>>
  readonly serving: readonly ServingNow[]
  readonly limits: EnvelopeLimits
  readonly nowMs: number
}

/** Looks at everything that the plan steers, at how the models do, and at what may still change. */
export async function lookAtFleet(
  ports: LookPorts,
  plan: Plan,
  abort?: AbortSignal,
): Promise<FleetSight> {
  const nowMs = ports.nowMs()
  const fleet = await ports.fleet()
  const targets = await ports.targets(fleet, plan)
  const refs = targets.flatMap(({ ref, power = [] }) => [ref, ...power.map((one) => one.ref)])
  const observed = await lookAtTargets(ports.backend, refs, abort)
  const changedAtMs = await ports.changedAtMs(targets.map(({ ref }) => ref.id))
  const serving = await servingNow(ports.serving, fleet.models)
  const { audit, knownGood } = ports
  const limits = await envelopeLimits({ fleet, plan, targets, serving, audit, knownGood, nowMs })
  return { fleet, plan, targets, observed, changedAtMs, serving, limits, nowMs }
}

/** @param assignments wishes; undefined where the plan has expired */
export function commandInputOf(
  { fleet, plan, targets, observed, changedAtMs, limits, nowMs }: FleetSight,
  assignments: readonly Assignment[] | undefined,
): CommandInput {
  const growth = demandGrowth(fleet, plan, nowMs)
  return {
    assignments,
    targets,
    observed,
    changedAtMs,
    limits,
    ...(growth && { growth }),
    nowMs,
  }
}
