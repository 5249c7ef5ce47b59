import { PlanRefused } from '../domain/errors.ts'
import type {
  Block,
  BlockSolution,
  Plan,
  PlanningProblem,
  PlanOutcome,
  PlanPrices,
} from '../planning/index.ts'
import type { PlanStore, StoredPlan } from '../plans/index.ts'
import type { SolveStore, SolveTime } from '../solves/index.ts'
import { type ActionPorts, enqueueActions } from './enqueue-actions.ts'
import { planEvents } from './plan-events.ts'

/** A plan, or why there is none, and what the next one can go on from, if anything. */
export interface Merged {
  readonly outcome: PlanOutcome
  readonly prices?: PlanPrices
}

export interface MergePlanPorts extends ActionPorts {
  readonly solves: SolveStore
  readonly plans: PlanStore
  /**
   * Runs off the event loop. A block without a solution is filled by the merge itself. The plan in
   * force goes on where the new one is not worth the change.
   */
  merge(
    problem: PlanningProblem,
    blocks: readonly Block[],
    solutions: readonly (BlockSolution | undefined)[],
    options: { readonly time?: SolveTime; readonly inForce?: Plan },
  ): Promise<Merged>
  /** The independent second look; empty where the plan keeps every promise. */
  violations(problem: PlanningProblem, outcome: PlanOutcome): readonly string[]
  nowMs(): number
  /** How long a plan holds without a fresh one. */
  validForMs(): Promise<number>
  /** Hears which plan came of it. */
  observe(version: number): void
  /** Whether the policy wants every plan approved by somebody. */
  needsApproval(): Promise<boolean>
}

export type MergeResult =
  | { readonly status: 'saved'; readonly version: number }
  /** A newer plan was saved meanwhile: nothing is lost by dropping this one. */
  | { readonly status: 'stale' }

/**
 * block solutions -> plan -> second look -> plan store and outbox -> apply, one job a region.
 *
 * @throws PlanRefused where the second look finds a broken promise; the plan before stays in force
 */
export async function mergePlan(
  ports: MergePlanPorts,
  { revision }: { readonly revision: string },
): Promise<MergeResult> {
  const { solves, plans } = ports
  const frame = await solves.frame(revision)
  const [blocks, solutions] = [await solves.blocks(revision), await solves.solutions(revision)]
  const before = await plans.current()
  const inForce = standingPlan(before, frame.framedAtMs)
  const { outcome, prices } = await ports.merge(frame.problem, blocks, solutions, {
    ...(frame.time && { time: frame.time }),
    ...(inForce && { inForce }),
  })

  const violations = ports.violations(frame.problem, outcome)
  if (violations.length > 0) throw new PlanRefused(`solve ${revision}: ${violations.join('; ')}`)

  // Before the plan: whoever goes on from it finds them.
  if (prices) await solves.savePrices(revision, prices)
  const needsApproval = await ports.needsApproval()
  const nowMs = ports.nowMs()
  const { problemDigest } = frame
  const saved = await plans.save(
    {
      fleetHash: frame.fleetHash,
      problemDigest,
      createdAtMs: nowMs,
      validUntilMs: nowMs + (await ports.validForMs()),
      outcome,
      inputs: { zones: frame.zones },
      needsApproval,
    },
    {
      ifVersion: frame.followsVersion,
      events: (version) => planEvents(before, outcome, { version, nowMs, proposed: needsApproval }),
    },
  )
  const plan = saved.status === 'saved' ? saved.plan : await plans.newest()
  // A run that died between saving and enqueueing finds its own plan here, and carries on.
  if (plan?.problemDigest !== problemDigest) return { status: 'stale' }
  ports.observe(plan.version)
  const regions = frame.problem.regions.map(({ id }) => id)
  await enqueueActions(ports, plan, regions)
  return { status: 'saved', version: plan.version }
}

/** The plan in force, unless it has run out: then backends are in their safe state, not in its. */
function standingPlan(stored: StoredPlan | undefined, nowMs: number): Plan | undefined {
  if (stored?.outcome.status !== 'planned' || nowMs >= stored.validUntilMs) return undefined
  return stored.outcome.plan
}
