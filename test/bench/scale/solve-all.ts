import { setTimeout as pause } from 'node:timers/promises'
import { solvePlan } from '../../../services/pipeline/solve-plan.ts'
import type { Block, PlanningProblem } from '../../../services/planning/index.ts'
import type { JobQueue } from '../../../services/queue/index.ts'
import { digestOf } from '../../../services/solves/index.ts'
import type { Stores } from '../../../services/wiring/state.ts'

export interface SolveRun {
  readonly problem: PlanningProblem
  /** Of the problem; found once, since it is not what is measured. */
  readonly blocks: readonly Block[]
  readonly stores: Pick<Stores, 'solves' | 'plans'>
  readonly queue: JobQueue
  /** Blocks that the workers have said they solved, since they began. */
  readonly solved: () => number
}

/** What became of the solves that were asked for. */
export interface SolveTally {
  readonly seconds: number
  /** Of them, until every block had its solution; the rest is merging and the second look. */
  readonly blockSeconds: number
  readonly blocks: number
  /** Solves without a plan, and blocks without a solution. */
  readonly lost: number
  /** Plans beyond one a solve. */
  readonly duplicated: number
}

const LOST_AFTER_MS = 240_000

/** Asks for one solve after another, each as soon as the plan of the one before is saved. */
export async function solveAll(run: SolveRun, name: string, solves: number): Promise<SolveTally> {
  const { plans, solves: store } = run.stores
  const firstVersion = (await plans.newest())?.version ?? 0
  const startedMs = performance.now()
  let lost = 0
  let blockSeconds = 0
  for (let index = 0; index < solves; index++) {
    const followsVersion = (await plans.newest())?.version ?? 0
    const target = run.solved() + run.blocks.length
    const revision = `${name}-${index}`
    await begin(run, revision, followsVersion)
    const { saved, seconds } = await savedAfter(run, followsVersion, target)
    blockSeconds += seconds
    const missing = (await store.solutions(revision)).filter((solution) => !solution).length
    lost += missing + (saved ? 0 : 1)
  }
  const seconds = (performance.now() - startedMs) / 1000
  const made = ((await plans.newest())?.version ?? 0) - firstVersion
  const blocks = solves * run.blocks.length
  return { seconds, blockSeconds, blocks, lost, duplicated: Math.max(0, made - solves) }
}

async function begin(
  { problem, blocks, stores, queue }: SolveRun,
  revision: string,
  follows: number,
) {
  await solvePlan(
    {
      frame: async () => ({
        problem,
        problemDigest: digestOf({ ...problem, seed: follows }),
        framedAtMs: Date.now(),
        fleetHash: 'bench',
        zones: [],
        followsVersion: follows,
      }),
      coordinate: async () => blocks,
      solves: stores.solves,
      queue,
    },
    { revision },
  )
}

/** @returns whether the next plan was saved, and after how long every block had been solved */
async function savedAfter({ stores, solved }: SolveRun, version: number, target: number) {
  const startedMs = performance.now()
  const passed = () => performance.now() - startedMs
  let seconds: number | undefined
  while (passed() < LOST_AFTER_MS) {
    if (solved() >= target) seconds ??= passed() / 1000
    if (((await stores.plans.newest())?.version ?? 0) > version) {
      return { saved: true, seconds: seconds ?? passed() / 1000 }
    }
    await pause(50)
  }
  return { saved: false, seconds: passed() / 1000 }
}
