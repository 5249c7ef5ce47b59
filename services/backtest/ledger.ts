/** What a run used, emitted and missed, all in all and hour by hour. */
export interface Ledger {
  energyKwh: number
  carbonG: number
  /** By the marginal record, where there is one. */
  marginalG: number
  embodiedG: number
  costUsd: number
  /** Parts of `energyKwh`, PUE in each. */
  readonly partsKwh: { idle: number; load: number; start: number; parked: number }
  tokens: number
  /** Tokens that had to wait for a later window, or were never served. */
  lateTokens: number
  lostTokens: number
  gpuHours: number
  starts: number
  plans: number
  /** Model-windows, and those without capacity for all their traffic. */
  modelWindows: number
  missedWindows: number
  latencyTokenMs: number
  /** By region, then by hour of the simulated time. */
  readonly hourly: readonly HourlyLedger[]
}

export interface HourlyLedger {
  readonly energyKwh: Float64Array
  readonly carbonG: Float64Array
  readonly tokens: Float64Array
}

export const emptyLedger = (regions: number, hours: number): Ledger => ({
  energyKwh: 0,
  carbonG: 0,
  marginalG: 0,
  embodiedG: 0,
  costUsd: 0,
  partsKwh: { idle: 0, load: 0, start: 0, parked: 0 },
  tokens: 0,
  lateTokens: 0,
  lostTokens: 0,
  gpuHours: 0,
  starts: 0,
  plans: 0,
  modelWindows: 0,
  missedWindows: 0,
  latencyTokenMs: 0,
  hourly: Array.from({ length: regions }, () => ({
    energyKwh: new Float64Array(hours),
    carbonG: new Float64Array(hours),
    tokens: new Float64Array(hours),
  })),
})

/** Share of requests without capacity when they came. */
export const lateShare = ({ lateTokens, tokens }: Pick<Ledger, 'lateTokens' | 'tokens'>): number =>
  tokens > 0 ? lateTokens / tokens : 0

/** Share of model-windows without capacity for all their traffic at the p95 targets. */
export const missedShare = ({
  modelWindows,
  missedWindows,
}: Pick<Ledger, 'modelWindows' | 'missedWindows'>): number =>
  missedWindows / Math.max(1, modelWindows)

/** Share of model-windows with capacity for all their traffic at the p95 targets, %. */
export const sloPct = (ledger: Ledger): number => 100 * (1 - missedShare(ledger))
