import type { Trace } from '../demand/index.ts'
import type { FitStore } from '../fits/index.ts'
import type { OperatingPoint } from '../fitting/index.ts'
import type { Fleet, Model } from '../fleet/index.ts'
import type { GridReader } from '../grid/index.ts'
import type { PlanStore } from '../plans/index.ts'
import { digestOf, type Frame } from '../solves/index.ts'
import { gatherProblem, type ProblemSources } from './gather-problem.ts'
import { inForce } from './plan-events.ts'

export interface FrameSources {
  readonly fleet: Fleet
  readonly fleetHash: string
  readonly nowMs: number
  readonly plans: PlanStore
  readonly fits: FitStore
  readonly reader: GridReader
  readonly tracesOf: (model: Model) => Promise<readonly (Trace | undefined)[]>
  readonly pushed: NonNullable<ProblemSources['pushed']>
  readonly replanMs: number
  /** For a model that no worker has fitted yet. */
  readonly fitNow: (modelId: string) => Promise<readonly OperatingPoint[]>
  readonly warn: (message: string) => void
}

/** The problem as it stands now, on top of the plan in force. */
export async function frameNow(sources: FrameSources): Promise<Frame> {
  const { fleet, fleetHash, nowMs, plans } = sources
  const { deadlineSeconds } = fleet.planning
  const current = await plans.current()
  const running = current?.outcome.status === 'planned' ? current.outcome.plan : undefined
  const points = new Map((await sources.fits.all()).map((fit) => [fit.model, fit.points]))
  const { problem, zones } = await gatherProblem(fleet, nowMs, {
    reader: sources.reader,
    tracesOf: sources.tracesOf,
    warn: sources.warn,
    pushed: sources.pushed,
    replanMs: sources.replanMs,
    pointsOf: async ({ id }) => points.get(id) ?? sources.fitNow(id),
    ...(running && { running: inForce(running, nowMs) }),
  })
  return {
    problem,
    problemDigest: digestOf(problem),
    framedAtMs: nowMs,
    fleetHash,
    ...(deadlineSeconds !== undefined && {
      time: { fromMs: nowMs, untilMs: nowMs + 1000 * deadlineSeconds },
    }),
    followsVersion: (await plans.newest())?.version ?? 0,
    zones: zones.map(
      ({ meanGPerKwh: _mean, qualities: _qualities, sources: _sources, ...zone }) => zone,
    ),
  }
}
