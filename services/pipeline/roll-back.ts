import { Conflict } from '../domain/errors.ts'
import type { PlanDecision, StoredPlan } from '../plans/index.ts'
import type { DecidePlanPorts } from './decide-plan.ts'
import { enqueueActions } from './enqueue-actions.ts'
import { inForce, planEvents } from './plan-events.ts'

export interface RollBackAsk extends Pick<PlanDecision, 'by' | 'words'> {
  /** Names the request: asked again, it makes no second plan. */
  readonly onceId?: string | undefined
}

/**
 * Puts an earlier plan in force again, as a new version: fences only ever grow. It holds until
 * somebody approves another one or its windows end.
 *
 * @throws NotFound; Conflict where plans need no approval (the next one would undo it within
 *   minutes), where the earlier plan says nothing about now, or where somebody was faster
 */
export async function rollBack(
  ports: DecidePlanPorts,
  version: number,
  { by, words, onceId }: RollBackAsk,
): Promise<StoredPlan> {
  const { plans } = ports
  const fleet = await ports.fleet()
  if (fleet.policy.approval !== 'required') {
    throw new Conflict('plans need no approval here: the next one would undo this in minutes')
  }
  const { outcome, inputs, problemDigest, fleetHash } = await plans.get(version)
  const nowMs = ports.nowMs()
  if (outcome.status === 'infeasible' || inForce(outcome.plan, nowMs).length === 0) {
    throw new Conflict(`plan ${version} says nothing about now`)
  }
  const [before, newest] = [await plans.current(), await plans.newest()]
  const endMs = outcome.plan.windows.at(-1)!.endMs
  const saved = await plans.save(
    {
      fleetHash,
      problemDigest,
      createdAtMs: nowMs,
      validUntilMs: Math.min(endMs, nowMs + fleet.safeState.afterMinutes * 60_000),
      outcome,
      inputs,
      needsApproval: true,
    },
    {
      ifVersion: newest?.version ?? 0,
      onceId,
      events: (next) => planEvents(before, outcome, { version: next, nowMs }),
      decided: {
        decision: 'approved',
        by,
        words: `back to plan ${version}: ${words}`,
        atMs: nowMs,
      },
    },
  )
  if (saved.status === 'stale') throw new Conflict('a new plan came in meanwhile; look again')
  await enqueueActions(
    ports,
    saved.plan,
    fleet.regions.map(({ id }) => id),
  )
  return saved.plan
}
