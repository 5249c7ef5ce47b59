import { commandsFor, type SteeredTarget } from '../actuation/index.ts'
import type { Fleet } from '../fleet/index.ts'
import type { Plan } from '../planning/index.ts'
import type { PlanStore } from '../plans/index.ts'
import type { JobQueue } from '../queue/index.ts'
import { type CarryOutPorts, carryOut } from './carry-out.ts'
import { envelopeLimits } from './envelope-limits.ts'
import { lookAtTargets } from './look-at-targets.ts'
import { inForce } from './plan-events.ts'
import { type ReadServing, servingNow } from './serving-now.ts'

export interface ApplyPlanPorts extends CarryOutPorts {
  readonly plans: PlanStore
  fleet(): Promise<Fleet>
  /** What the plan and those before it steer, over all regions. */
  targets(fleet: Fleet, plan: Plan): Promise<readonly SteeredTarget[]>
  /** By target id: when we last told it something. */
  changedAtMs(targetIds: readonly string[]): Promise<Readonly<Record<string, number>>>
  readonly serving: ReadServing
  readonly queue: Pick<JobQueue, 'add'>
  /** Words on why nothing may be moved now, by anybody's switch; undefined where all is well. */
  stopped(): Promise<string | undefined>
}

export type ApplyResult =
  | { readonly status: 'superseded' | 'stopped' }
  | { readonly status: 'applied'; readonly told: number; readonly held: number }

/** Long enough for a target to get ready a little, short enough to shrink the old side soon. */
const LOOK_AGAIN_MS = 10_000
const HELD_ALONE_MS = 60_000

/**
 * plan -> fresh look at every target -> commands inside the envelope -> backends, for one region.
 *
 * Capacity is made before any is broken: what is ready in the other regions is looked at too, and
 * this looks again until there is nothing left to do or a newer plan has come.
 */
export async function applyPlan(
  ports: ApplyPlanPorts,
  job: { readonly version: number; readonly region: string },
  abort?: AbortSignal,
): Promise<ApplyResult> {
  const stored = await ports.plans.current()
  if (stored?.version !== job.version || stored.outcome.status !== 'planned') {
    return { status: 'superseded' }
  }
  if ((await ports.stopped()) !== undefined) return { status: 'stopped' }
  const nowMs = ports.nowMs()
  const expired = nowMs >= stored.validUntilMs

  const fleet = await ports.fleet()
  const { plan } = stored.outcome
  const targets = await ports.targets(fleet, plan)
  const { commands, held } = commandsFor({
    // An expired plan wishes for nothing but the safe state.
    assignments: expired ? undefined : inForce(plan, nowMs),
    targets,
    observed: await lookAtTargets(ports.backend, targets, abort),
    changedAtMs: await ports.changedAtMs(targets.map(({ ref }) => ref.id)),
    limits: await envelopeLimits({
      fleet,
      plan,
      targets,
      serving: await servingNow(ports.serving, fleet.models),
      audit: ports.audit,
      nowMs,
    }),
    nowMs,
  })
  const ours = commands.filter(({ target }) => target.region === job.region)
  for (const command of ours) {
    await carryOut(ports, stored.version, command, fleet, abort)
  }

  const heldHere = held.filter(({ targetId }) => targetId.startsWith(`${job.region}/`)).length
  if (ours.length + heldHere > 0) {
    await lookAgain(ports, job, nowMs + (ours.length > 0 ? LOOK_AGAIN_MS : HELD_ALONE_MS), nowMs)
  }
  return { status: 'applied', told: ours.length, held: heldHere }
}

/** One follow-up per region and moment, however many runs ask for it. */
function lookAgain(
  { queue }: ApplyPlanPorts,
  { version, region }: { readonly version: number; readonly region: string },
  dueAtMs: number,
  nowMs: number,
): Promise<void> {
  const moment = Math.ceil(dueAtMs / LOOK_AGAIN_MS)
  return queue.add({
    name: 'apply-plan',
    payload: { version, region },
    id: `apply-${version}-${region}-${moment}`,
    delayMs: dueAtMs - nowMs,
  })
}
