import { beforeAll, describe, expect, it } from 'vitest'
import { commandsFor, exactly, type Observed } from '../../services/actuation/index.ts'
import { windowsFrom } from '../../services/domain/window.ts'
import {
  catalogueArchitecture,
  catalogueGpu,
  type OperatingPoint,
} from '../../services/fitting/index.ts'
import { parseFleet } from '../../services/fleet/index.ts'
import { fitModel } from '../../services/pipeline/fit-model.ts'
import { frameProblem } from '../../services/pipeline/frame-problem.ts'
import { steeredTargets } from '../../services/pipeline/steered-targets.ts'
import { loadHighs, type Plan, planHorizon, verifyPlan } from '../../services/planning/index.ts'
import { readRuns, TIDY_COLUMNS } from '../../services/runs/index.ts'

/** One site of eight H100; a dollar is worth 30 g, so a GPU-hour is worth 60. */
const fleetOf = (variants: string) =>
  parseFleet(
    `
gridtide: 1
name: capped
origins: [europe]
policy: { carbonGPerUsd: 30 }
regions:
  - { id: site, zone: DE, ownership: releasable, gpus: [{ type: H100, count: 8, priceUsdPerHour: 2 }], latencyMs: { europe: 10 } }
models:
  - id: chat
    catalogue: meta-llama/Llama-3.1-8B-Instruct
    workload: { inputTokens: 500, outputTokens: 250 }
    slo: { ttftP95Ms: 2000, tpotP95Ms: 60 }
    demand: [{ origin: europe, kind: constant, tokensPerSecond: 1 }]
    variants: ${variants}
powerCaps:
  - { id: nodes, kind: zeusd, targets: [{ url: 'http://{variant}.example', gpuIds: [0] }] }
backends: [{ id: sim, kind: dry-run, targets: [{}] }]
`,
    { fileName: 'capped.yaml' },
  )
const LISTED = '[{ gpu: H100, maxBatch: 32 }, { gpu: H100, maxBatch: 32, powerCapWatts: 400 }]'

const row = (batch: number, tokensPerSecond: number, watts: number, cap: string) =>
  `bench,meta-llama/Llama-3.1-8B-Instruct,Llama-3.1-8B,bf16,H100,1,1,1,1,1,vllm,chat,${batch},${batch},500,250,${tokensPerSecond},,,,${watts},${cap}`
/** Under a cap of 400 W a quarter less is done, for a good third less power. */
const RUNS = [
  row(4, 500, 420, ''),
  row(16, 1400, 560, ''),
  row(32, 2000, 650, ''),
  row(4, 450, 330, '400'),
  row(16, 1100, 385, '400'),
  row(32, 1500, 395, '400'),
]
const runsOf = (rows: readonly string[]) =>
  readRuns([TIDY_COLUMNS, ...rows, ''].join('\n'), 'csv').runs

const gpus = [catalogueGpu('H100')]
function pointsOf(variants: string, rows: readonly string[] = RUNS): readonly OperatingPoint[] {
  const fleet = fleetOf(variants)
  const architecture = catalogueArchitecture('meta-llama/Llama-3.1-8B-Instruct')
  return fitModel(fleet.models[0]!, fleet, { architecture, runs: runsOf(rows) }, gpus)
}

/** Dirty, clean, clean, dirty and busy, dirty. */
const CARBON = [700, 30, 30, 700, 700]
const RATES = [5600, 5600, 5600, 12_800, 5600]

describe('power caps that follow carbon', () => {
  let plan: Plan
  let points: readonly OperatingPoint[]
  const fleet = fleetOf(LISTED)

  beforeAll(async () => {
    points = pointsOf(LISTED)
    const windows = windowsFrom(0, 4 * 3_600_000, CARBON.length)
    const problem = frameProblem({
      fleet,
      windows,
      carbonByZone: new Map([
        [
          'DE',
          CARBON.map((g) => ({
            carbonGPerKwh: g,
            lowGPerKwh: g,
            highGPerKwh: g,
            quality: 'live' as const,
            source: 'test',
          })),
        ],
      ]),
      pointsByModel: new Map([['chat', points]]),
      demandByModel: new Map([['chat', [RATES]]]),
      idleWattsByGpu: new Map([['H100', 70]]),
    })
    const outcome = planHorizon(problem, await loadHighs())
    if (outcome.status !== 'planned') throw new Error(outcome.words)
    plan = outcome.plan
    expect(verifyPlan(problem, plan).violations).toEqual([])
  })

  it('a cap has a point of its own, from the runs measured under it', () => {
    expect(points.map(({ id }) => id)).toEqual([
      'H100-tp1-pp1-bf16-b32',
      'H100-tp1-pp1-bf16-b32-400w',
    ])
    const [free, capped] = points as [OperatingPoint, OperatingPoint]
    expect(free.capacityTokensPerSecond / 2000).toBeCloseTo(1, 1)
    expect(capped.capacityTokensPerSecond / 1500).toBeCloseTo(1, 1)
    expect(free.busyWatts / 650).toBeCloseTo(1, 1)
    expect(capped.busyWatts).toBeLessThanOrEqual(400)
    expect([free.runs, capped.runs]).toEqual([3, 3])
  })

  it('without runs under it there is none, and runs under it say nothing of others', () => {
    const free = RUNS.filter((one) => !one.endsWith('400'))
    const alone = pointsOf(LISTED, free)
    expect(alone.map(({ id }) => id)).toEqual(['H100-tp1-pp1-bf16-b32'])
    expect(alone[0]).toEqual(points[0])
  })

  it('found by itself where variants are, in the layouts that were measured', () => {
    const found = pointsOf('auto')
    const capped = found.filter(({ variant }) => variant.powerCapWatts !== undefined)
    expect(capped).toHaveLength(1)
    expect(capped[0]!.variant).toMatchObject({ tensorParallel: 1, powerCapWatts: 400 })
    expect(found.length).toBeGreaterThan(3)
  })

  it('runs capped while the grid is dirty, and uncapped while it is clean or traffic needs it', () => {
    const capsIn = (window: number) => [
      ...new Set(
        plan.assignments
          .filter((one) => one.window === window && one.replicas > 0)
          .map(({ pointId }) => (pointId.endsWith('400w') ? 'capped' : 'free')),
      ),
    ]
    expect(CARBON.map((_, t) => capsIn(t).sort().join(' and '))).toEqual([
      'capped',
      'free',
      'free',
      'capped and free',
      'capped',
    ])
  })

  it('the cap that a plan names is what the GPUs of that variant are told', () => {
    const targets = steeredTargets(fleet, plan, new Map([['chat', points]]), new Set())
    const capped = targets.find(({ pointId }) => pointId.endsWith('400w'))!
    expect(capped.power).toMatchObject([
      { capWatts: 400, ref: { backend: 'power/nodes', kind: 'power' } },
    ])
    expect(targets.find(({ pointId }) => pointId.endsWith('b32'))!.power).toBeUndefined()
    const cap = capped.power![0]!.ref
    const seen = (desired: Observed['desired'], replicas: number): Observed => ({
      desired,
      readyReplicas: replicas,
      settled: true,
      rollingOut: false,
      health: 'ok',
      paused: false,
      version: 'v1',
      owners: [],
      observedAtMs: 0,
    })
    const { commands: told } = commandsFor({
      assignments: plan.assignments.filter(({ window }) => window === 0),
      targets: [capped],
      observed: {
        [capped.ref.id]: seen({ replicas: exactly(4) }, 4),
        [cap.id]: seen({ powerCapWatts: 'default' }, 0),
      },
      changedAtMs: {},
      limits: {
        models: { chat: { minReplicas: 1, tokensPerSecond: 5600, sloBurning: false } },
        quotaGpus: { 'site/H100': 8 },
        maxChangedGpus: 8,
        changedGpus: {},
        minDwellMs: 0,
        maxUnreadyRatio: 0.45,
        lastKnownGood: {},
      },
      nowMs: 1,
    })
    expect(told).toContainEqual(
      expect.objectContaining({ kind: 'cap', target: cap, desired: { powerCapWatts: 400 } }),
    )
  })
})
