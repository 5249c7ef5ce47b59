import type { Command } from '../actuation/index.ts'
import { msFromMinutes } from '../domain/units.ts'
import type { PlanStore } from '../plans/index.ts'
import type { JobQueue } from '../queue/index.ts'
import { type CarryOutPorts, carryOut } from './carry-out.ts'
import { type HeedDriftPorts, heedDrift } from './heed-drift.ts'
import { keepKnownGood } from './keep-known-good.ts'
import { type FleetSight, type LookPorts, lookAtFleet } from './look-at-fleet.ts'
import { type ModelMove, nextMoves, safeMoves } from './next-moves.ts'
import { type Motion, motionOf } from './shift-motion.ts'
import { type StartShiftPorts, startShift } from './start-shift.ts'

export interface ApplyPlanPorts extends CarryOutPorts, LookPorts, StartShiftPorts, HeedDriftPorts {
  readonly plans: PlanStore
  readonly queue: Pick<JobQueue, 'add'>
}

export type ApplyResult =
  | { readonly status: 'superseded' | 'stopped' }
  /** Targets told at once, models that began to move, targets that the envelope holds. */
  | {
      readonly status: 'applied'
      readonly told: number
      readonly moving: number
      readonly held: number
    }

/** Long enough for a target to get ready a little, short enough to shrink the old side soon. */
const LOOK_AGAIN_MS = 10_000
const HELD_ALONE_MS = 60_000

/**
 * plan -> fresh look at every target -> moves inside the envelope -> one shift a model, for those
 * whose move begins in this region.
 *
 * Floors do not wait for a shift: they are told at once, and so is the safe state once the plan has
 * expired. Everything else is carried out step by step by `carryShift`.
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
  const { plan } = stored.outcome
  const seen = await lookAtFleet(ports, plan, abort)
  const expired = seen.nowMs >= stored.validUntilMs
  const motions = await motionsOf(ports, seen, job.version)
  await keepKnownGood(ports.knownGood, seen, motions)
  const sight = expired ? seen : await heedDrift(ports, seen, motions, job.version)
  const { atOnce, moves, held } = expired ? safeMoves(sight) : nextMoves(sight, motions)

  const told = atOnce.filter(({ target }) => target.region === job.region)
  for (const command of told) await carryOut(ports, job.version, command, sight.fleet, abort)
  const moving = await startShifts(ports, sight, moves, job, abort)
  const heldHere = held.filter(({ targetId }) => targetId.startsWith(`${job.region}/`)).length
  const acted = told.length + moving > 0
  if (acted || heldHere > 0) await lookAgain(ports, job, acted ? LOOK_AGAIN_MS : HELD_ALONE_MS)
  return { status: 'applied', told: told.length, moving, held: heldHere }
}

/**
 * Where a move begins elsewhere, that region is asked to look: what both saw a moment apart may have
 * each leave it to the other.
 *
 * @returns how many models began to move from this region
 */
async function startShifts(
  ports: ApplyPlanPorts,
  sight: FleetSight,
  moves: readonly ModelMove[],
  { version, region }: { readonly version: number; readonly region: string },
  abort?: AbortSignal,
): Promise<number> {
  let moving = 0
  for (const move of moves) {
    const home = homeOf(sight, move.commands)
    if (home === region) {
      if (await startShift(ports, sight, { ...move, version }, abort)) moving++
    } else if (home !== undefined && move.commands.length > 0) {
      await lookAgain(ports, { version, region: home }, LOOK_AGAIN_MS)
    }
  }
  return moving
}

async function motionsOf(
  { shifts }: ApplyPlanPorts,
  { fleet, nowMs }: FleetSight,
  version: number,
): Promise<ReadonlyMap<string, Motion>> {
  const cooldownMs = msFromMinutes(fleet.policy.minDwellMinutes)
  const latest = await shifts.latest(fleet.models.map(({ id }) => id))
  const of = fleet.models.map(async ({ id }) => {
    const motion = await motionOf(shifts, latest.get(id), { version, cooldownMs, nowMs })
    return [id, motion] as const
  })
  return new Map(await Promise.all(of))
}

/** A move of several regions is begun once: where it first adds, or else where it first takes. */
const homeOf = ({ fleet }: FleetSight, [first]: readonly Command[]): string | undefined =>
  first ? first.target.region : fleet.regions[0]?.id

/** One follow-up per region and moment, however many runs ask for it. */
function lookAgain(
  { queue, nowMs }: ApplyPlanPorts,
  { version, region }: { readonly version: number; readonly region: string },
  delayMs: number,
): Promise<void> {
  const moment = Math.ceil((nowMs() + delayMs) / LOOK_AGAIN_MS)
  return queue.add({
    name: 'apply-plan',
    payload: { version, region },
    id: `apply-${version}-${region}-${moment}`,
    delayMs,
  })
}
