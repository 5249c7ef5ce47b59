import {
  type Arena,
  compileArena,
  EXPECTED_HOURS,
  type GridRecord,
} from '../../services/backtest/index.ts'
import type { Decision, Knobs, View } from '../../services/backtest/policy.ts'
import { windowsFrom } from '../../services/domain/window.ts'
import type { OperatingPoint } from '../../services/fitting/index.ts'
import type { PlanningProblem } from '../../services/planning/index.ts'
import { smallPoint } from '../support/small-fleet.ts'

export const WINDOW_SECONDS = 900
const PER_HOUR = 4
export const LEAD = 8 * 24 * PER_HOUR

/** tp GPUs, so many tokens/s; the more GPUs the less each does. */
export const pointOf = (tp: number, capacity: number, over: Partial<OperatingPoint> = {}) =>
  ({
    ...smallPoint,
    id: `H100-tp${tp}`,
    variant: { ...smallPoint.variant, tensorParallel: tp },
    gpusPerReplica: tp,
    capacityTokensPerSecond: capacity,
    idleWatts: 100 * tp,
    busyWatts: 500 * tp,
    startSeconds: 120,
    startJoules: 12_000 * tp,
    ...over,
  }) satisfies OperatingPoint

export interface PlaygroundOptions {
  readonly ownership?: 'reserved' | 'releasable'
  readonly gpus?: number
  readonly points?: readonly OperatingPoint[]
  /** Of the clean region. */
  readonly cleanGpus?: number
}

/** Two regions, one clean and one dirty; the dirty one is home to most of the traffic. */
export function arenaOf(options: PlaygroundOptions = {}): Arena {
  const { ownership = 'releasable', gpus = 64, cleanGpus = 16 } = options
  const points = options.points ?? [pointOf(1, 100), pointOf(4, 360), pointOf(8, 600)]
  const region = (id: string, count: number) => ({
    id,
    zone: id === 'clean' ? 'SE' : 'PL',
    pue: 1.2,
    hostWattsPerGpu: 50,
    ownership,
    pools: [{ gpu: 'H100', count, parkedWatts: 60, priceUsdPerHour: 2, embodiedGPerHour: 7 }],
    carbonGPerKwh: [0],
    carbonLowGPerKwh: [0],
    carbonHighGPerKwh: [0],
    carbonQuality: ['blind' as const],
  })
  const problem: PlanningProblem = {
    windows: windowsFrom(0, WINDOW_SECONDS * 1000, 1),
    regions: [region('dirty', gpus), region('clean', cleanGpus)],
    models: [
      {
        id: 'chat',
        points,
        demand: [
          { origin: 'dirty', tokensPerSecond: [0], regions: ['dirty', 'clean'] },
          { origin: 'clean', tokensPerSecond: [0], regions: ['dirty', 'clean'] },
        ],
        minReplicas: 1,
        spareReplicas: 0,
      },
    ],
    running: [],
    batch: [],
    policy: { objective: 'carbon', carbonGPerUsd: 0 },
    seed: 1,
  }
  return compileArena(problem, {
    windowSeconds: WINDOW_SECONDS,
    releaseSeconds: [600, 600],
    latencyMs: (id, origin) => (id === origin ? 5 : 30),
  })
}

/** Intensities and rates by hour of the day; a day of play after eight of lead. */
export function recordOf(hours = 24, over: Partial<GridRecord> = {}): GridRecord {
  const windowCount = LEAD + hours * PER_HOUR
  const byWindow = (of: (hour: number, window: number) => number) =>
    Float64Array.from({ length: windowCount }, (_, w) => of((w / PER_HOUR) % 24, w))
  const daily = (base: number, swing: number) => (hour: number) =>
    base + swing * Math.sin(((hour - 8) / 24) * 2 * Math.PI)
  const actual = [byWindow(daily(700, 50)), byWindow(daily(40, 10))]
  return {
    startMs: Date.UTC(2021, 8, 5),
    windowSeconds: WINDOW_SECONDS,
    windowCount,
    leadWindows: LEAD,
    demand: [
      [
        byWindow((hour, w) => daily(1500, 900)(hour) * (1 + 0.02 * Math.sin(w))),
        byWindow(daily(300, 150)),
      ],
    ],
    actual,
    expected: actual.map((values) =>
      Float64Array.from({ length: (windowCount / PER_HOUR) * EXPECTED_HOURS }, (_, i) => {
        const hour = Math.floor(i / EXPECTED_HOURS) + (i % EXPECTED_HOURS)
        return 1.05 * (values[hour * PER_HOUR] ?? values.at(-1)!)
      }),
    ),
    pastMean: [700, 40],
    ...over,
  }
}

export const KNOBS: Knobs = { headroom: 1.2, replanMinutes: 15, layout: 'free' }

/** A view of constant traffic and intensities. */
export const viewOf = (
  arena: Arena,
  tokensPerSecond: readonly number[],
  over: Partial<View> = {},
): View => ({
  window: LEAD,
  periodWindows: 1,
  observed: (_, origin) => tokensPerSecond[origin]!,
  expected: (region) => [700, 40][region]!,
  pastMean: (region) => [700, 40][region]!,
  running: arena.models.map(({ bins }) => new Int32Array(bins.length)),
  ...over,
})

/** Replicas of a bin by region name and layout. */
export function countOf(arena: Arena, { replicas }: Decision, region: string, id: string): number {
  const b = binOf(arena, region, id)
  return replicas[0]![b]!
}

export const binOf = (arena: Arena, region: string, id: string): number =>
  arena.models[0]!.bins.findIndex(
    (bin) => arena.problem.regions[bin.region]!.id === region && bin.point.id === id,
  )

/** One decision: so many replicas of each bin. */
export function decide(
  arena: Arena,
  counts: readonly (readonly [region: string, id: string, replicas: number])[],
): Decision {
  const replicas = new Int32Array(arena.models[0]!.bins.length)
  for (const [region, id, count] of counts) replicas[binOf(arena, region, id)] = count
  return { replicas: [replicas] }
}
