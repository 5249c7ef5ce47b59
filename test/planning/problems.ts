import fc from 'fast-check'
import { windowsFrom } from '../../services/domain/window.ts'
import type { OperatingPoint } from '../../services/fitting/index.ts'
import type {
  PlanningModel,
  PlanningPolicy,
  PlanningProblem,
  PlanningRegion,
} from '../../services/planning/index.ts'

const HOUR_MS = 3_600_000

export function point(
  id: string,
  of: Partial<OperatingPoint> & { gpu?: string } = {},
): OperatingPoint {
  const { gpu = 'H100', ...rest } = of
  return {
    id,
    variant: {
      gpu,
      tensorParallel: rest.gpusPerReplica ?? 1,
      pipelineParallel: 1,
      dataParallel: 1,
      expertParallel: false,
      precision: 'fp8',
      maxBatch: 32,
    },
    gpusPerReplica: 1,
    capacityTokensPerSecond: 100,
    ttftP95Ms: 200,
    tpotP95Ms: 20,
    idleWatts: 100,
    busyWatts: 500,
    startSeconds: 120,
    startJoules: 50_000,
    logSdJoulesPerToken: 0.05,
    runs: 3,
    ...rest,
  }
}

export function region(
  id: string,
  carbonGPerKwh: readonly number[],
  of: Partial<PlanningRegion> = {},
): PlanningRegion {
  return {
    id,
    zone: id.toUpperCase(),
    pue: 1.2,
    hostWattsPerGpu: 20,
    ownership: 'releasable',
    pools: [{ gpu: 'H100', count: 4, parkedWatts: 60, priceUsdPerHour: 2 }],
    carbonGPerKwh,
    carbonLowGPerKwh: carbonGPerKwh.map((value) => value * 0.8),
    carbonHighGPerKwh: carbonGPerKwh.map((value) => value * 1.2),
    carbonQuality: carbonGPerKwh.map(() => 'live' as const),
    ...of,
  }
}

export function model(id: string, of: Partial<PlanningModel> = {}): PlanningModel {
  return { id, points: [point('p')], demand: [], minReplicas: 0, spareReplicas: 0, ...of }
}

export function problem(of: Partial<PlanningProblem> & { count?: number } = {}): PlanningProblem {
  const { count = 1, ...rest } = of
  return {
    windows: windowsFrom(0, HOUR_MS, count),
    regions: [],
    models: [],
    running: [],
    batch: [],
    policy: { objective: 'carbon', carbonGPerUsd: 0 },
    seed: 1,
    ...rest,
  }
}

export interface Shape {
  readonly regions: number
  readonly windows: number
  readonly models: number
  readonly points: number
}

const POLICIES: readonly PlanningPolicy[] = [
  { objective: 'carbon', carbonGPerUsd: 0 },
  { objective: 'carbon', carbonGPerUsd: 20 },
  { objective: 'energy', carbonGPerUsd: 0 },
  { objective: 'cost', carbonGPerUsd: 0 },
]

/** Random problems, often tight, sometimes infeasible. */
export function arbitraryProblem(shape: Shape): fc.Arbitrary<PlanningProblem> {
  const whole = (min: number, max: number) => fc.integer({ min, max })
  const list = <X>(of: fc.Arbitrary<X>, length: number) =>
    fc.array(of, { minLength: length, maxLength: length })
  const regionIds = Array.from({ length: shape.regions }, (_, r) => `r${r}`)
  const regions = fc.tuple(
    ...regionIds.map((id) =>
      fc
        .record({
          carbon: list(whole(10, 600), shape.windows),
          count: whole(0, 5),
          pue: whole(10, 15),
          reserved: fc.boolean(),
        })
        .map(({ carbon, count, pue, reserved }) =>
          region(id, carbon, {
            pue: pue / 10,
            ownership: reserved ? 'reserved' : 'releasable',
            pools: [{ gpu: 'H100', count, parkedWatts: 60, priceUsdPerHour: 2 }],
          }),
        ),
    ),
  )
  const somePoint = fc
    .record({
      capacity: whole(40, 160),
      gpus: whole(1, 2),
      idle: whole(60, 150),
      dynamic: whole(50, 500),
      start: whole(0, 200),
    })
    .map(({ capacity, gpus, idle, dynamic, start }) => ({
      gpusPerReplica: gpus,
      capacityTokensPerSecond: capacity * gpus,
      idleWatts: idle * gpus,
      busyWatts: (idle + dynamic) * gpus,
      startJoules: start * 1000,
    }))
  const demand = (origin: string) =>
    fc
      .record({
        rates: list(whole(0, 150), shape.windows),
        regions: fc.subarray(regionIds, { minLength: 1 }),
      })
      .map(({ rates, regions: allowed }) => ({
        origin,
        tokensPerSecond: rates,
        regions: allowed,
      }))
  const someModel = (m: number) =>
    fc
      .record({
        points: list(somePoint, shape.points),
        demand: fc.tuple(...regionIds.map(demand)),
        minReplicas: whole(0, 2),
      })
      .map(({ points, demand: demands, minReplicas }) =>
        model(`m${m}`, {
          points: points.map((of, p) => point(`p${p}`, of)),
          demand: demands,
          minReplicas,
        }),
      )
  const batch = fc.option(
    whole(1, 60).map((rate) => [
      {
        id: 'job',
        model: 'm0',
        tokens: rate * 3600,
        firstWindow: 0,
        deadlineWindow: shape.windows,
        regions: regionIds,
      },
    ]),
    { nil: [] },
  )
  const models = fc.tuple(...Array.from({ length: shape.models }, (_, m) => someModel(m)))
  return fc
    .record({ regions, models, batch, policy: fc.constantFrom(...POLICIES), seed: whole(0, 99) })
    .map((parts) => problem({ count: shape.windows, ...parts }))
}
