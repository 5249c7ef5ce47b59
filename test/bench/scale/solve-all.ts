import { setTimeout as pause } from 'node:timers/promises'
import { solvePlan } from '../../../services/pipeline/solve-plan.ts'
import type { Block, PlanningProblem } from '../../../services/planning/index.ts'
import type { JobQueue } from '../../../services/queue/index.ts'
import { digestOf } from '../../../services/solves/index.ts'
import type { Stores } from '../../../services/wiring/state.ts'

/** One of the fleets that share workers, queue and database. */
export interface BenchFleet {
  readonly name: string
  readonly problem: PlanningProblem
  /** Of the problem; found once, since it is not what is measured. */
  readonly blocks: readonly Block[]
  readonly stores: Pick<Stores, 'solves' | 'plans'>
}

/** What became of the plans that were asked for. */
export interface SolveTally {
  readonly seconds: number
  readonly solves: number
  /** Plans that never came, and blocks without a solution. */
  readonly lost: number
  /** Plans beyond the one that was asked for. */
  readonly duplicated: number
}

const LOST_AFTER_MS = 200_000

/** Asks for one plan of every fleet at once, and waits for all of them. */
export async function solveAll(
  fleets: readonly BenchFleet[],
  queue: JobQueue,
  round: string,
): Promise<SolveTally> {
  const startedMs = performance.now()
  const ends = await Promise.all(fleets.map((fleet) => solveOne(fleet, queue, round)))
  const seconds = (performance.now() - startedMs) / 1000
  const sum = (of: (end: (typeof ends)[number]) => number) =>
    ends.reduce((total, end) => total + of(end), 0)
  return {
    seconds,
    solves: fleets.length,
    lost: sum(({ lost }) => lost),
    duplicated: sum(({ duplicated }) => duplicated),
  }
}

async function solveOne(fleet: BenchFleet, queue: JobQueue, round: string) {
  const { plans, solves } = fleet.stores
  const before = (await plans.newest())?.version ?? 0
  const revision = `${fleet.name}.${round}`
  await begin(fleet, queue, revision, before)
  const saved = await waitFor(async () => ((await plans.newest())?.version ?? 0) > before)
  const missing = (await solves.solutions(revision)).filter((solution) => !solution).length
  const made = ((await plans.newest())?.version ?? 0) - before
  return { lost: missing + (saved ? 0 : 1), duplicated: Math.max(0, made - 1) }
}

async function begin(
  { problem, blocks, stores: { solves, plans } }: BenchFleet,
  queue: JobQueue,
  revision: string,
  followsVersion: number,
): Promise<void> {
  const frame = {
    problem,
    problemDigest: digestOf({ ...problem, seed: followsVersion }),
    framedAtMs: Date.now(),
    fleetHash: 'bench',
    zones: [],
    followsVersion,
  }
  const ports = {
    frame: async () => frame,
    // So that every solve is the same work, none goes on from the one before.
    split: async () => ({ blocks, known: [] }),
    solves,
    plans,
    queue,
    observe: () => undefined,
  }
  await solvePlan(ports, { revision })
}

async function waitFor(holds: () => Promise<boolean>): Promise<boolean> {
  const startedMs = Date.now()
  while (Date.now() - startedMs < LOST_AFTER_MS) {
    if (await holds()) return true
    await pause(100)
  }
  return false
}
