import { readEnv } from '../../config/env.ts'
import { InvalidInput } from '../domain/errors.ts'
import type { Fleet } from '../fleet/index.ts'
import { fitModel } from '../pipeline/fit-model.ts'
import { type GatheredProblem, gatherProblem } from '../pipeline/gather-problem.ts'
import { loadGlpk, loadHighs, type PlanOutcome, planHorizon } from '../planning/index.ts'
import { axiosHttp } from '../platform/http.ts'
import { fleetFiles } from '../wiring/fleet-files.ts'
import { modelKnowledge } from '../wiring/models.ts'
import { openGrid } from '../wiring/open-grid.ts'
import { demandTraces } from '../wiring/traces.ts'
import { instantOf } from './instant-of.ts'
import type { CliIo } from './io.ts'
import { readFleet } from './read-fleet.ts'

export interface PlanRequest {
  readonly fleet?: string
  /** The instant to plan at; recorded series show nothing issued later. */
  readonly at?: string
  readonly solver: 'highs' | 'glpk'
}

export interface PlannedFleet extends GatheredProblem {
  readonly fleet: Fleet
  readonly atMs: number
  readonly outcome: PlanOutcome
  readonly solver: string
  readonly solveSeconds: number
  readonly warnings: readonly string[]
}

/**
 * The whole story in one process: fleet file -> grid -> fits -> demand -> problem -> plan.
 *
 * @throws InvalidInput where the fleet, one of its files or the request is wrong
 */
export async function planFleet(request: PlanRequest, io: CliIo): Promise<PlannedFleet> {
  const env = readEnv(io.env)
  const fleetFile = request.fleet ?? env.fleet
  if (!fleetFile) throw new InvalidInput('name a fleet file: --fleet FILE, or GRIDTIDE_FLEET')
  const atMs = request.at === undefined ? io.nowMs() : instantOf(request.at, '--at')
  const fleet = await readFleet(fleetFile)
  const warnings = new Set<string>()
  const warn = (message: string) => void warnings.add(message)
  const readFile = fleetFiles(fleetFile, env.dataFolder)
  const deps = { http: axiosHttp(), nowMs: () => atMs, readFile, env: io.env, warn }
  const { reader } = await openGrid(fleet, deps)
  const gathered = await gatherProblem(fleet, atMs, {
    reader,
    pointsOf: async (model, gpus) =>
      fitModel(model, fleet, await modelKnowledge(model, readFile, warn), gpus),
    tracesOf: (model) => demandTraces(model, readFile),
    warn,
  })
  const solver = await (request.solver === 'glpk' ? loadGlpk() : loadHighs())
  const startedMs = io.nowMs()
  const outcome = planHorizon(gathered.problem, solver)
  return {
    ...gathered,
    fleet,
    atMs,
    outcome,
    solver: solver.name,
    solveSeconds: (io.nowMs() - startedMs) / 1000,
    warnings: [...warnings],
  }
}
