import type { CarbonQuality } from '../domain/carbon-series.ts'
import type { Window } from '../domain/window.ts'
import type { OperatingPoint } from '../fitting/index.ts'

/** GPUs of one type in one region. */
export interface GpuPool {
  readonly gpu: string
  readonly count: number
  /** Draw of a GPU that nothing uses but that stays powered (reserved ownership). */
  readonly parkedWatts: number
  readonly priceUsdPerHour: number
}

export interface PlanningRegion {
  readonly id: string
  readonly zone: string
  /** Total power / IT power. */
  readonly pue: number
  /** CPU, memory, NIC and fan share drawn with each GPU in use. */
  readonly hostWattsPerGpu: number
  /** `reserved`: idle GPUs still draw power and count. `releasable`: freed nodes stop counting. */
  readonly ownership: 'reserved' | 'releasable'
  readonly pools: readonly GpuPool[]
  /** One value per window: expected, 10 % and 90 % intensity, and how far to trust it. */
  readonly carbonGPerKwh: readonly number[]
  readonly carbonLowGPerKwh: readonly number[]
  readonly carbonHighGPerKwh: readonly number[]
  readonly carbonQuality: readonly CarbonQuality[]
}

/** Traffic of one model from one origin; the quantile to be served, not the mean. */
export interface OriginDemand {
  readonly origin: string
  /** Output tokens/s per window. */
  readonly tokensPerSecond: readonly number[]
  /** Regions that may serve it: fast enough for the TTFT budget, and allowed by residency. */
  readonly regions: readonly string[]
}

export interface PlanningModel {
  readonly id: string
  readonly points: readonly OperatingPoint[]
  readonly demand: readonly OriginDemand[]
  /** Over all regions together. */
  readonly minReplicas: number
  /** Replicas that may be lost while demand is still served (N+k). */
  readonly spareReplicas: number
}

/** Replicas found running before the first window. */
export interface RunningReplicas {
  readonly region: string
  readonly model: string
  readonly pointId: string
  readonly replicas: number
}

/** Deferrable tokens of one model. */
export interface BatchWork {
  readonly id: string
  readonly model: string
  readonly tokens: number
  /** Window indices [first, deadline). */
  readonly firstWindow: number
  readonly deadlineWindow: number
  readonly regions: readonly string[]
}

export interface PlanningPolicy {
  readonly objective: 'carbon' | 'energy' | 'cost'
  /** Added to a carbon objective: gCO2e-equivalent of one dollar; 0 ignores money. */
  readonly carbonGPerUsd: number
}

/** Everything a plan depends on. Time, data and seed are in here; nothing else is read. */
export interface PlanningProblem {
  readonly windows: readonly Window[]
  readonly regions: readonly PlanningRegion[]
  readonly models: readonly PlanningModel[]
  readonly running: readonly RunningReplicas[]
  readonly batch: readonly BatchWork[]
  readonly policy: PlanningPolicy
  readonly seed: number
}
