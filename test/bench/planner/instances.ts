import { windowsFrom } from '../../../services/domain/window.ts'
import type { OperatingPoint } from '../../../services/fitting/index.ts'
import type {
  BatchWork,
  PlanningModel,
  PlanningProblem,
  PlanningRegion,
} from '../../../services/planning/index.ts'
import { type DrawnConfig, drawConfigs, GPUS } from './configurations.ts'

export interface InstanceSize {
  readonly regions: number
  readonly windows: number
  readonly models: number
  readonly variants: number
  readonly seed: number
  readonly gpusPerRegion?: number
}

export type Uniform = () => number

/** mulberry32. */
function uniform(seed: number): Uniform {
  let a = seed >>> 0
  return () => {
    a |= 0
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** Billions of parameters of the models, by popularity. */
const SIZES = [8, 70, 32, 14, 120, 405, 27, 8, 235, 72, 30, 13, 3, 49, 110, 17, 4, 9, 65, 22]

/** Latitude, longitude, mean gCO2e/kWh, PUE. */
const SITES: readonly (readonly [number, number, number, number])[] = [
  [47.6, -122, 380, 1.15],
  [37, -78, 400, 1.2],
  [53, -6, 320, 1.12],
  [50, 9, 380, 1.18],
  [60, 25, 90, 1.1],
  [59, 18, 30, 1.1],
  [48, 2, 55, 1.14],
  [51, 0, 220, 1.15],
  [35, 139, 480, 1.25],
  [37, 127, 430, 1.22],
  [1, 104, 480, 1.35],
  [19, 73, 700, 1.4],
  [-33, 151, 620, 1.2],
  [-23, -46, 110, 1.25],
  [45, -73, 25, 1.1],
  [33, -112, 390, 1.3],
  [41, -95, 450, 1.12],
  [37, -121, 250, 1.15],
  [45, -121, 200, 1.1],
  [52, 4, 330, 1.13],
  [52, 21, 680, 1.16],
  [41, -4, 160, 1.15],
  [45, 9, 300, 1.16],
  [47, 8, 40, 1.1],
  [25, 55, 450, 1.4],
  [26, 50, 600, 1.45],
  [-26, 28, 750, 1.3],
  [-33, -70, 280, 1.18],
  [22, 114, 550, 1.3],
  [25, 121, 520, 1.3],
  [-37, 175, 110, 1.12],
  [30, -97, 390, 1.22],
]

interface Site {
  readonly latitude: number
  readonly longitude: number
  readonly carbon: number
  readonly pue: number
  readonly solar: number
}

interface Draws {
  readonly U: Uniform
  readonly normal: Uniform
}

const UTILISATION = 0.6
const BATCH_SHARE = 0.2
const LATENCY_LIMIT_MS = 130

/**
 * A synthetic but physically shaped fleet, the same for a seed on every machine: roofline-like
 * variants on four GPU types, sites on the world map, diurnal carbon and demand with AR noise, Zipf
 * popularity, 60 % peak utilisation, 20 % deferrable work. The order of the draws is part of it.
 */
export function generateProblem(size: InstanceSize): PlanningProblem {
  const { regions: R, windows: T, models: M, variants: C, seed, gpusPerRegion = 600 } = size
  const U = uniform(seed * 7919 + R * 31 + T * 17 + M * 13 + C)
  const normal = () => Math.sqrt(-2 * Math.log(U() + 1e-12)) * Math.cos(6.283185 * U())
  const draws = { U, normal }
  const hours = 24 / T
  const sites = drawSites(U, R)
  const carbon = sites.map((site) => drawCarbon(draws, site, T, hours))
  const configs = Array.from({ length: M }, (_, m) => drawConfigs(U, SIZES[m % SIZES.length]!, C))
  const inventory = sites.map(() => drawInventory(U, gpusPerRegion))
  const demand = drawDemand(draws, sites, configs, inventory, T, hours)
  const batch = drawBatch(U, demand, M, T, hours)
  const ids = sites.map((_, r) => `r${r}`)
  return {
    windows: windowsFrom(0, hours * 3_600_000, T),
    regions: sites.map(
      (site, r): PlanningRegion => ({
        id: ids[r]!,
        zone: ids[r]!,
        pue: site.pue,
        hostWattsPerGpu: 0,
        ownership: 'releasable',
        pools: GPUS.map((gpu, g) => ({
          gpu: gpu.name,
          count: inventory[r]![g]!,
          parkedWatts: 0,
          priceUsdPerHour: gpu.usd,
          embodiedGPerHour: gpu.embodied,
        })),
        carbonGPerKwh: carbon[r]!,
        carbonLowGPerKwh: carbon[r]!.map((value) => value * 0.9),
        carbonHighGPerKwh: carbon[r]!.map((value) => value * 1.1),
        carbonQuality: carbon[r]!.map(() => 'forecast' as const),
      }),
    ),
    models: configs.map(
      (drawn, m): PlanningModel => ({
        id: `m${m}`,
        points: drawn.map(pointOf),
        demand: sites.map((site, o) => ({
          origin: ids[o]!,
          tokensPerSecond: demand[m]![o]!,
          regions: ids.filter((_, r) => r === o || latencyMs(site, sites[r]!) <= LATENCY_LIMIT_MS),
        })),
        minReplicas: 2,
        spareReplicas: 0,
      }),
    ),
    running: [],
    batch: batch.map((work): BatchWork => ({ ...work, regions: ids })),
    policy: { objective: 'carbon', carbonGPerUsd: 0.5, countEmbodied: true, freeFirstStarts: true },
    seed,
  }
}

function drawSites(U: Uniform, R: number): Site[] {
  const order = SITES.map((_, index) => index)
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(U() * (i + 1))
    const swap = order[i]!
    order[i] = order[j]!
    order[j] = swap
  }
  return Array.from({ length: R }, (_, r) => {
    const [latitude, longitude, mean, pue] = SITES[order[r % order.length]!]!
    const carbon = mean * (0.9 + 0.2 * U())
    return { latitude, longitude, carbon, pue, solar: mean > 150 ? 0.15 + 0.35 * U() : 0.05 }
  })
}

function drawCarbon({ normal }: Draws, site: Site, T: number, hours: number): number[] {
  let noise = 0
  return Array.from({ length: T }, (_, t) => {
    const hour = (t * hours + site.longitude / 15 + 48) % 24
    const rho = 0.9 ** hours
    noise = rho * noise + Math.sqrt(1 - rho * rho) * 0.08 * normal()
    const sun = Math.max(0, Math.cos(((hour - 12.5) / 12) * Math.PI))
    const evening = Math.exp(-((hour - 19) ** 2) / 8)
    return Math.max(8, site.carbon * (1 - site.solar * sun + 0.12 * evening + noise))
  })
}

function latencyMs(a: Site, b: Site): number {
  const radian = Math.PI / 180
  const cosine =
    Math.sin(a.latitude * radian) * Math.sin(b.latitude * radian) +
    Math.cos(a.latitude * radian) *
      Math.cos(b.latitude * radian) *
      Math.cos((a.longitude - b.longitude) * radian)
  return ((6371 * Math.acos(Math.min(1, Math.max(-1, cosine)))) / 100) * 1.4 + 5
}

function drawInventory(U: Uniform, gpusPerRegion: number): number[] {
  const total = gpusPerRegion * (0.5 + U())
  const weights = GPUS.map(() => (U() < 0.2 ? 0 : 0.3 + U()))
  const sum = weights.reduce((a, b) => a + b, 0) || 1
  return weights.map((weight) => 8 * Math.round((total * weight) / sum / 8))
}

function drawDemand(
  { U, normal }: Draws,
  sites: readonly Site[],
  configs: readonly (readonly DrawnConfig[])[],
  inventory: readonly (readonly number[])[],
  T: number,
  hours: number,
): number[][][] {
  const perType = GPUS.map((_, g) => inventory.reduce((sum, row) => sum + row[g]!, 0))
  const total = perType.reduce((a, b) => a + b, 0)
  const weights = sites.map(() => 0.3 + U())
  const weightSum = weights.reduce((a, b) => a + b, 0)
  const zipf = configs.reduce((sum, _, m) => sum + 1 / (m + 1), 0)
  return configs.map((drawn, m) => {
    const peak = (1 / (m + 1) / zipf) * total * UTILISATION * ratePerGpu(drawn, perType)
    return sites.map((site, o) => {
      const interactive = peak * (1 - BATCH_SHARE)
      const scale = ((interactive * weights[o]!) / weightSum) * (0.6 + 0.8 * U())
      let noise = 0
      return Array.from({ length: T }, (_, t) => {
        const hour = (t * hours + site.longitude / 15 + 48) % 24
        const rho = 0.8 ** hours
        noise = rho * noise + Math.sqrt(1 - rho * rho) * 0.07 * normal()
        const wave = (0.5 + 0.5 * Math.cos(((hour - 15) / 12) * Math.PI)) ** 1.2
        return Math.max(0, scale * (0.28 + 0.72 * wave) * (1 + noise))
      })
    })
  })
}

/** Tokens/s a GPU brings with a middling variant, averaged over the types there are. */
function ratePerGpu(drawn: readonly DrawnConfig[], perType: readonly number[]): number {
  let rate = 0
  let weight = 0
  for (const [g, count] of perType.entries()) {
    const rates = drawn.filter((c) => c.gpu === g).map((c) => c.capacity / c.gpus)
    if (rates.length === 0) continue
    rates.sort((a, b) => a - b)
    rate += count * rates[Math.floor(rates.length * 0.6)]!
    weight += count
  }
  return weight > 0 ? rate / weight : 1
}

function drawBatch(U: Uniform, demand: number[][][], M: number, T: number, hours: number) {
  const jobs = Math.max(1, 2 * M)
  return Array.from({ length: jobs }, (_, j) => {
    const m = Math.floor(U() * M)
    const day = demand[m]!.flat().reduce((sum, rate) => sum + rate * hours * 3600, 0)
    const firstWindow = Math.floor(U() * T * 0.5)
    const length = Math.max(2, Math.floor(T * (0.25 + 0.25 * U())))
    const tokens = (day * BATCH_SHARE * (0.3 + 0.7 * U()) * M * 0.7) / jobs
    const deadlineWindow = Math.min(T, firstWindow + length)
    return { id: `job${j}`, model: `m${m}`, tokens, firstWindow, deadlineWindow }
  })
}

function pointOf(config: DrawnConfig, index: number): OperatingPoint {
  const gpu = GPUS[config.gpu]!
  const startKwh =
    (((config.idleWatts / 1000) * (120 + 60 * Math.log2(1 + config.gpus))) / 3600) * 1.6
  return {
    id: `${gpu.name}-tp${config.tensor}-pp${config.pipeline}-b${config.batch}-${config.cap}-${index}`,
    variant: {
      gpu: gpu.name,
      tensorParallel: config.tensor,
      pipelineParallel: config.pipeline,
      dataParallel: 1,
      expertParallel: false,
      precision: 'bf16',
      maxBatch: config.batch,
      powerCapWatts: gpu.tdp * config.cap,
    },
    gpusPerReplica: config.gpus,
    capacityTokensPerSecond: config.capacity,
    ttftP95Ms: config.ttftSeconds * 1000,
    tpotP95Ms: config.tpotSeconds * 1000,
    idleWatts: config.idleWatts,
    busyWatts: config.idleWatts + config.joulesPerToken * config.capacity,
    startSeconds: 0,
    startJoules: startKwh * 3_600_000,
    logSdJoulesPerToken: 0.05,
    runs: 0,
  }
}
