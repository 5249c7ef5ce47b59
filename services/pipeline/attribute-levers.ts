import type { LeverSaving } from '../accounting/index.ts'
import { NotFound } from '../domain/errors.ts'
import type { Ledger } from '../ledger/index.ts'
import type { PlanningProblem } from '../planning/index.ts'
import type { PlanStore } from '../plans/index.ts'
import type { SolveStore } from '../solves/index.ts'

export interface AttributeLeversPorts {
  readonly plans: Pick<PlanStore, 'current'>
  readonly solves: Pick<SolveStore, 'frameOf'>
  readonly ledger: Pick<Ledger, 'settleLevers'>
  /** Runs off the event loop: it plans the same problem several times over. */
  attribute(problem: PlanningProblem): Promise<readonly LeverSaving[]>
}

/**
 * Takes the plan in force apart: what does each lever add over its horizon?
 *
 * @returns false where there is no plan, or its problem is no longer kept
 */
export async function attributeLevers(
  { plans, solves, ledger, attribute }: AttributeLeversPorts,
  { atMs }: { readonly atMs: number },
): Promise<boolean> {
  const current = await plans.current()
  if (current?.outcome.status !== 'planned') return false
  const { problemDigest } = current
  const frame = await solves.frameOf(problemDigest).catch((error: unknown) => {
    if (!(error instanceof NotFound)) throw error
  })
  if (!frame) return false
  await ledger.settleLevers({ atMs, problemDigest, levers: await attribute(frame.problem) })
  return true
}
