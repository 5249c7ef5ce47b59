import { msFromSeconds } from '../domain/units.ts'
import { type Ledger, lateShare, sloPct } from './ledger.ts'
import type { GridRecord } from './record.ts'

/** A run as plain JSON: what reports, exports and comparisons are made of. */
export interface Summary {
  readonly fromMs: number
  readonly hours: number
  readonly carbonG: number
  readonly energyKwh: number
  /** Absent where no marginal signal is recorded. */
  readonly marginalG?: number
  /** Manufacturing carbon of the GPU-hours held: shown beside, never part of `carbonG`. */
  readonly embodiedG: number
  readonly costUsd: number
  /** Software carbon intensity (ISO/IEC 21031): operational and embodied, per 1,000 output tokens. */
  readonly sciGPer1kTokens: number
  readonly lateShare: number
  readonly lostTokens: number
  readonly sloPct: number
  readonly gpuHours: number
  readonly starts: number
  readonly plans: number
  readonly meanLatencyMs: number
  readonly partsKwh: Ledger['partsKwh']
  /** By region, then hour. */
  readonly hourly: readonly {
    readonly energyKwh: readonly number[]
    readonly carbonG: readonly number[]
    readonly tokens: readonly number[]
  }[]
}

export function summarise(ledger: Ledger, record: GridRecord): Summary {
  const { carbonG, embodiedG, tokens } = ledger
  const fromMs = record.startMs + record.leadWindows * msFromSeconds(record.windowSeconds)
  return {
    fromMs,
    hours: ((record.windowCount - record.leadWindows) * record.windowSeconds) / 3600,
    carbonG,
    energyKwh: ledger.energyKwh,
    ...(record.marginal && { marginalG: ledger.marginalG }),
    embodiedG,
    costUsd: ledger.costUsd,
    sciGPer1kTokens: (1000 * (carbonG + embodiedG)) / Math.max(1, tokens),
    lateShare: lateShare(ledger),
    lostTokens: ledger.lostTokens,
    sloPct: sloPct(ledger),
    gpuHours: ledger.gpuHours,
    starts: ledger.starts,
    plans: ledger.plans,
    meanLatencyMs: ledger.latencyTokenMs / Math.max(1, tokens),
    partsKwh: ledger.partsKwh,
    hourly: ledger.hourly.map(({ energyKwh, carbonG: hourlyG, tokens: served }) => ({
      energyKwh: [...energyKwh],
      carbonG: [...hourlyG],
      tokens: [...served],
    })),
  }
}
