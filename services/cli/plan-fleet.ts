import { createHash } from 'node:crypto'
import { readFile as readBytes } from 'node:fs/promises'
import { readEnv } from '../../config/env.ts'
import { InvalidInput } from '../domain/errors.ts'
import { signedSecondsFromMs } from '../domain/units.ts'
import type { Fleet } from '../fleet/index.ts'
import { fitModel } from '../pipeline/fit-model.ts'
import { type GatheredProblem, gatherProblem } from '../pipeline/gather-problem.ts'
import { loadGlpk, type PlanOutcome, planHorizon } from '../planning/index.ts'
import { systemClock } from '../platform/clock.ts'
import { axiosHttp } from '../platform/http.ts'
import type { SolveTime } from '../solves/index.ts'
import { deadlineOf } from '../wiring/deadline-of.ts'
import { fleetFiles } from '../wiring/fleet-files.ts'
import { modelKnowledge } from '../wiring/models.ts'
import { openGrid } from '../wiring/open-grid.ts'
import { openSolver } from '../wiring/open-solver.ts'
import { planInThreads } from '../wiring/plan-in-threads.ts'
import { demandTraces } from '../wiring/traces.ts'
import { instantOf } from './instant-of.ts'
import type { CliIo } from './io.ts'
import { positiveNumber } from './number-option.ts'
import { issueLine } from './print-error.ts'
import { progressOn } from './progress.ts'
import { readFleet } from './read-fleet.ts'

export interface GatherRequest {
  readonly fleet?: string
  /** The instant to plan at; recorded series show nothing issued later. */
  readonly at?: string
}

export interface PlanRequest extends GatherRequest {
  readonly solver: 'highs' | 'glpk'
  /** Seconds after which the best plan so far is given. */
  readonly deadline?: string
}

/** A fleet and all that a plan of it depends on. */
export interface GatheredFleet extends GatheredProblem {
  readonly fleet: Fleet
  readonly fleetFile: string
  /** SHA-256 of the fleet file. */
  readonly fleetHash: string
  readonly atMs: number
  readonly warnings: readonly string[]
}

export interface PlannedFleet extends GatheredFleet {
  readonly outcome: PlanOutcome
  readonly solver: string
  readonly solveSeconds: number
}

/**
 * The story up to the problem, in one process: fleet file -> grid -> fits -> demand -> problem.
 *
 * @throws InvalidInput where the fleet, one of its files or the request is wrong
 */
export async function gatherFleet(request: GatherRequest, io: CliIo): Promise<GatheredFleet> {
  const env = readEnv(io.env)
  const fleetFile = request.fleet ?? env.fleet
  if (!fleetFile) throw new InvalidInput('name a fleet file: --fleet FILE, or GRIDTIDE_FLEET')
  const atMs = request.at === undefined ? io.nowMs() : instantOf(request.at, '--at')
  const warnings = new Set<string>()
  const warn = (message: string) => void warnings.add(message)
  const fleet = await readFleet(fleetFile, (issue) => warn(issueLine(fleetFile, issue)))
  const fleetHash = createHash('sha256')
    .update(await readBytes(fleetFile))
    .digest('hex')
  const readFile = fleetFiles(fleetFile, env.dataFolder)
  const deps = { http: axiosHttp(), nowMs: () => atMs, readFile, env: io.env, warn }
  const { reader } = await openGrid(fleet, deps)
  const progress = io.isTty ? progressOn(io.err, true, io.nowMs) : undefined
  let fitted = 0
  const gathered = await gatherProblem(fleet, atMs, {
    reader,
    pointsOf: async (model, gpus) => {
      progress?.show('fitting models', fitted++ / fleet.models.length)
      return fitModel(model, fleet, await modelKnowledge(model, readFile, warn), gpus)
    },
    tracesOf: (model) => demandTraces(model, readFile),
    warn,
  })
  progress?.end()
  return { ...gathered, fleet, fleetFile, fleetHash, atMs, warnings: [...warnings] }
}

/**
 * The whole story in one process: fleet file -> problem -> plan.
 *
 * @throws InvalidInput where the fleet, one of its files or the request is wrong
 */
export async function planFleet(request: PlanRequest, io: CliIo): Promise<PlannedFleet> {
  const deadline = request.deadline
  const seconds = deadline === undefined ? undefined : positiveNumber('--deadline', deadline)
  const gathered = await gatherFleet(request, io)
  const solver = await (request.solver === 'glpk' ? loadGlpk() : openSolver())
  const startedMs = io.nowMs()
  const time = timeOf(seconds ?? gathered.fleet.planning.deadlineSeconds)
  const outcome =
    request.solver === 'glpk'
      ? planHorizon(gathered.problem, solver, deadlineOf(time))
      : (await planInThreads(gathered.problem, solver, { time })).outcome
  const solveSeconds = signedSecondsFromMs(io.nowMs() - startedMs)
  return { ...gathered, outcome, solver: solver.name, solveSeconds }
}

function timeOf(seconds: number | undefined): SolveTime | undefined {
  if (seconds === undefined) return undefined
  const fromMs = systemClock.nowMs()
  return { fromMs, untilMs: fromMs + 1000 * seconds }
}
