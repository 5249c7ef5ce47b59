import type { PlanStore } from '../plans/index.ts'
import type { JobQueue } from '../queue/index.ts'

export interface ExpirePlanPorts {
  readonly plans: Pick<PlanStore, 'current'>
  readonly queue: Pick<JobQueue, 'add'>
  readonly regions: readonly string[]
  nowMs(): number
}

/**
 * Looks whether the plan in force has run out. If so, every region is to go to its safe state; that
 * is done by the same step that applies plans, and is asked for again each minute until a new plan
 * comes.
 */
export async function expirePlan(ports: ExpirePlanPorts): Promise<boolean> {
  const { plans, queue, regions } = ports
  const current = await plans.current()
  const nowMs = ports.nowMs()
  if (!current || nowMs < current.validUntilMs) return false
  const minute = Math.floor(nowMs / 60_000)
  for (const region of regions) {
    await queue.add({
      name: 'apply-plan',
      payload: { version: current.version, region },
      id: `expire-${current.version}-${region}-${minute}`,
    })
  }
  return true
}
