import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type GatheredFleet, gatherFleet } from '../../../services/cli/plan-fleet.ts'
import {
  catalogueGpu,
  catalogueModels,
  type FittedGroup,
  fittedCatalogueModel,
  operatingPoints,
} from '../../../services/fitting/index.ts'
import { fitOn } from '../../../services/pipeline/fit-model.ts'
import type { LinearSolver, Plan, PlanningProblem } from '../../../services/planning/index.ts'
import { planHorizon } from '../../../services/planning/index.ts'
import { fleetFiles } from '../../../services/wiring/fleet-files.ts'
import { modelKnowledge } from '../../../services/wiring/models.ts'
import { median } from '../median.ts'
import { generateProblem } from './instances.ts'
import { type PowerCurve, powerCurve } from './power-curve.ts'
import { type PowerError, powerError } from './power-error.ts'

const SEEDS = 8
/** Chat models of all sizes, each with its own fits on two GPUs. */
const FITTED = [
  'meta-llama/Llama-3.1-8B-Instruct',
  'Qwen/Qwen3-14B',
  'google/gemma-3-27b-it',
  'Qwen/Qwen3-32B',
  'meta-llama/Llama-3.1-70B-Instruct',
]
const FITTED_GPUS = ['H100', 'B200']
const CHAT = { inputTokens: 500, outputTokens: 300 }
const SLO = { ttftP95Ms: 2_000, tpotP95Ms: 60 }
const EXAMPLE_DAYS = ['2026-01-12', '2026-04-13', '2026-07-13', '2026-10-12']
/** Days of the recorded weeks that the backtest reports. */
const RECORDED_DAYS = ['2021-07-19', '2021-07-29', '2021-09-06', '2021-10-12']
const SCENARIOS = ['one-site', 'two-regions', 'releasable', 'reserved']

type Curves = ReadonlyMap<string, PowerCurve>
const keyOf = (model: string, pointId: string) => `${model} ${pointId}`

/**
 * What it costs to take power as affine in load: plans of fitted models, their energy again by the
 * fit's own concave curve at each replica's load.
 *
 * @returns one entry a plan: generated grids and traffic, example fleets, and recorded traffic where
 * the data folder is present
 */
export async function measurePower(solver: LinearSolver): Promise<readonly PowerError[]> {
  const errors: PowerError[] = []
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { problem, curves } = generatedFleet(seed)
    errors.push(errorOf(`generated seed ${seed}`, problem, curves, solver))
  }
  const data = process.env.GRIDTIDE_DATA ?? '../shared/data'
  const fleets = [
    ...EXAMPLE_DAYS.map((day) => ['config/examples/two-regions.yaml', day] as const),
    ...(existsSync(join(data, 'traces')) ? SCENARIOS : []).flatMap((name) =>
      RECORDED_DAYS.map((day) => [`config/scenarios/${name}.yaml`, day] as const),
    ),
  ]
  for (const [file, day] of fleets) {
    const { problem, curves } = await fleetAt(file, day, data)
    errors.push(errorOf(`${file} ${day}`, problem, curves, solver))
  }
  return errors
}

function errorOf(name: string, problem: PlanningProblem, curves: Curves, solver: LinearSolver) {
  return powerError(
    name,
    problem,
    planned(name, problem, solver),
    (model, pointId) => curves.get(keyOf(model, pointId))!,
  )
}

function planned(name: string, problem: PlanningProblem, solver: LinearSolver): Plan {
  const outcome = planHorizon(problem, solver)
  if (outcome.status !== 'planned') throw new Error(`${name}: ${outcome.words}`)
  return outcome.plan
}

/** The generator's grid and traffic, over models that were really measured. */
function generatedFleet(seed: number) {
  const drawn = generateProblem({
    regions: 4,
    windows: 24,
    models: FITTED.length,
    variants: 20,
    seed,
  })
  const curves = new Map<string, PowerCurve>()
  const models = drawn.models.map((model, m) => {
    const points = FITTED_GPUS.flatMap((gpu) => {
      const fitted = fittedOn(FITTED[m]!, gpu)
      const own = operatingPoints({ fitted, variants: 'auto', workload: CHAT, slo: SLO })
      for (const point of own) {
        curves.set(keyOf(model.id, point.id), powerCurve(fitted, point, CHAT))
      }
      return own
    })
    const perGpu = (of: typeof points) =>
      Math.max(...of.map((p) => p.capacityTokensPerSecond / p.gpusPerReplica))
    const scale = perGpu(points) / perGpu([...model.points])
    return {
      ...model,
      points,
      demand: model.demand.map((demand) => ({
        ...demand,
        tokensPerSecond: demand.tokensPerSecond.map((rate) => rate * scale),
      })),
    }
  })
  const regions = drawn.regions.map((region) => {
    const count = region.pools.reduce((sum, pool) => sum + pool.count, 0)
    const pools = FITTED_GPUS.map((gpu) => ({ ...region.pools[0]!, gpu, count }))
    return { ...region, pools }
  })
  return { problem: { ...drawn, regions, models, batch: [] }, curves }
}

function fittedOn(model: string, gpu: string): FittedGroup {
  const entry = catalogueModels.find((one) => one.model === model && one.gpu === gpu)
  if (!entry) throw new Error(`the catalogue has no fit of ${model} on ${gpu}`)
  return fittedCatalogueModel(entry)
}

async function fleetAt(file: string, day: string, data: string) {
  const gathered = await gatherFleet(
    { fleet: file, at: `${day}T00:00Z` },
    {
      out: () => undefined,
      err: () => undefined,
      env: { ...process.env, GRIDTIDE_DATA: data },
      nowMs: () => performance.now(),
      isTty: false,
    },
  )
  return { problem: gathered.problem, curves: await curvesOf(gathered, data) }
}

async function curvesOf({ fleet, fleetFile, problem }: GatheredFleet, data: string) {
  const readFile = fleetFiles(fleetFile, data)
  const curves = new Map<string, PowerCurve>()
  for (const model of fleet.models) {
    const knowledge = await modelKnowledge(model, readFile, () => undefined)
    const { points } = problem.models.find(({ id }) => id === model.id)!
    const groups = new Map<string, FittedGroup>()
    for (const point of points) {
      const { gpu } = point.variant
      const fitted = groups.get(gpu) ?? fitOn(catalogueGpu(gpu), model, knowledge)
      groups.set(gpu, fitted)
      curves.set(keyOf(model.id, point.id), powerCurve(fitted, point, model.workload))
    }
  }
  return curves
}

/** Percent over all plans: least, median, most. */
export function powerSummary(errors: readonly PowerError[]) {
  const spread = (of: (error: PowerError) => number) => {
    const values = errors.map(of)
    const [least, middle, most] = [Math.min(...values), median(values), Math.max(...values)]
    return { least, median: middle, most }
  }
  return {
    plans: errors.length,
    energyPct: spread(({ energyPct }) => energyPct),
    carbonPct: spread(({ carbonPct }) => carbonPct),
    meanLoadPct: spread(({ meanLoadPct }) => meanLoadPct),
  }
}
