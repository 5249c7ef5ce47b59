import { Conflict } from '../domain/errors.ts'
import type { Fleet } from '../fleet/index.ts'
import type { PlanDecision, PlanStore, StoredPlan } from '../plans/index.ts'
import { type ActionPorts, enqueueActions } from './enqueue-actions.ts'
import { planEvents } from './plan-events.ts'

export interface DecidePlanPorts extends ActionPorts {
  readonly plans: PlanStore
  fleet(): Promise<Fleet>
  nowMs(): number
}

/**
 * Somebody approves or rejects a plan that waits for it. An approved one is in force from then on:
 * subscribers hear of it in the transaction that approves it, and every region is brought to it.
 * Saying the same again carries on where a process died.
 *
 * @throws NotFound; Conflict where the plan does not wait, has run out or has been overtaken
 */
export async function decidePlan(
  ports: DecidePlanPorts,
  version: number,
  { decision, by, words }: Omit<PlanDecision, 'atMs'>,
): Promise<StoredPlan> {
  const { plans } = ports
  const stored = await plans.get(version)
  const nowMs = ports.nowMs()
  if (decision === 'approved' && stored.outcome.status === 'infeasible') {
    throw new Conflict(`plan ${version} is infeasible: there is nothing to carry out`)
  }
  if (decision === 'approved' && nowMs >= stored.validUntilMs) {
    throw new Conflict(`plan ${version} has run out; approve a newer one`)
  }
  const before = await plans.current()
  const events =
    decision === 'approved' ? planEvents(before, stored.outcome, { version, nowMs }) : []
  const decided = await plans.decide(version, { decision, by, words, atMs: nowMs }, events)
  if (decision === 'approved') {
    const { regions } = await ports.fleet()
    await enqueueActions(
      ports,
      decided,
      regions.map(({ id }) => id),
    )
  }
  return decided
}
