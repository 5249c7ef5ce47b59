import type { StoredPlan } from '../plans/index.ts'
import type { JobQueue } from '../queue/index.ts'

export interface ActionPorts {
  readonly queue: Pick<JobQueue, 'add'>
}

/**
 * What follows from a plan that was saved or approved: subscribers are told, and each region is
 * brought to it, unless it still waits for approval. Ids name plan and region, so doing it again
 * adds nothing.
 */
export async function enqueueActions(
  { queue }: ActionPorts,
  { version, outcome, approval }: StoredPlan,
  regions: readonly string[],
): Promise<void> {
  await queue.add({
    name: 'notify-change',
    payload: { cause: `plan-${version}` },
    id: `notify-plan-${version}${approval === 'approved' ? '-approved' : ''}`,
  })
  if (outcome.status !== 'planned' || approval === 'pending') return
  for (const region of regions) {
    await queue.add({
      name: 'apply-plan',
      payload: { version, region },
      id: `apply-${version}-${region}`,
    })
  }
}
