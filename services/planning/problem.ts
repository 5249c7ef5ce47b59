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
  /** Manufacturing carbon per GPU-hour; counted only where the policy says so. */
  readonly embodiedGPerHour?: number
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
  /**
   * How much of these is expected to come; the rest is head-room, ready without load. Absent: all.
   */
  readonly expectedTokensPerSecond?: readonly number[]
  /** The lower quantile of the same traffic; absent: as much as is to be served. */
  readonly lowTokensPerSecond?: readonly number[]
  /**
   * Regions that may serve it: fast enough for the TTFT budget, and allowed by residency. Nearest
   * first: the static baseline serves an origin in the region of its name, or else in the first.
   */
  readonly regions: readonly string[]
  /** Regions that a longer promise would open, and the least TTFT with which it would. */
  readonly farther?: readonly { readonly region: string; readonly ttftP95Ms: number }[]
}

export interface PlanningModel {
  readonly id: string
  readonly points: readonly OperatingPoint[]
  /** What `points` were chosen for, and those that miss it: only to name the least relaxation. */
  readonly objective?: { readonly ttftP95Ms: number; readonly tpotP95Ms: number }
  readonly tooSlow?: readonly OperatingPoint[]
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
  /** Count manufacturing carbon: right for GPUs to be rented, wrong for owned ones (sunk). */
  readonly countEmbodied?: boolean
  /** With objective `cost`: most operational carbon per 24 h. */
  readonly carbonBudgetGPerDay?: number
  /** Most GPUs started and stopped, together, from one window to the next. */
  readonly maxChangedGpusPerWindow?: number
  /** Windows in which the replica counts of the window before stay as they are. */
  readonly quietWindows?: readonly number[]
  /** A started replica runs at least this many windows. */
  readonly minDwellWindows?: number
  /** Replicas that need time to start hold their GPUs from the window before they serve. */
  readonly makeBeforeBreak?: boolean
  /** What a plan has to save for each GPU it starts or stops more than the plan in force would. */
  readonly changeGPerGpu?: number
  /** The only variant this model may use, in this region or everywhere. */
  readonly pinned?: readonly PinnedVariant[]
  /** 0 plans on the expected intensity, 1 on its upper quantile (a CVaR of comonotone grids). */
  readonly riskAversion?: number
  /** Take the first window's replicas as running already: their starts cost nothing. */
  readonly freeFirstStarts?: boolean
  /** Choices closer than this ratio are told apart by `seed`, so that fleets do not all move alike. */
  readonly antiHerdRatio?: number
}

export interface PinnedVariant {
  readonly model: string
  readonly region?: string
  readonly pointId: string
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
