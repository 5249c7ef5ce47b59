import { type Emitted, type SavedBand, savedBand } from '../accounting/index.ts'
import type { LedgerEntry } from './port.ts'

/** What settled windows add up to. The band is absent where one of them has none. */
export interface LedgerSum extends Partial<SavedBand> {
  /** How many windows. */
  readonly windows: number
  /** Output tokens, deferrable ones included. */
  readonly tokens: number
  readonly planned: Emitted
  readonly baseline: Emitted
  /** gCO2e that the baseline would have emitted on top. */
  readonly savedG: number
}

export interface LedgerDay extends LedgerSum {
  /** Midnight, UTC. */
  readonly dayStartMs: number
}

const DAY_MS = 86_400_000

/** Settled windows by the day of UTC that they begin in, oldest first. */
export function daysOf(entries: readonly LedgerEntry[]): readonly LedgerDay[] {
  const days = new Map<number, LedgerSum[]>()
  for (const { windowStartMs, tokens, planned, baseline } of entries) {
    const dayStartMs = Math.floor(windowStartMs / DAY_MS) * DAY_MS
    const known = days.get(dayStartMs) ?? []
    known.push({ windows: 1, tokens, planned, baseline, ...savedOf(planned, baseline) })
    days.set(dayStartMs, known)
  }
  return [...days]
    .toSorted(([a], [b]) => a - b)
    .map(([dayStartMs, sums]) => ({ dayStartMs, ...sumOf(sums) }))
}

const savedOf = (planned: Emitted, baseline: Emitted) => ({
  savedG: baseline.carbonG - planned.carbonG,
  ...savedBand(planned, baseline),
})

/** All of it together; errors of window after window are taken to move together. */
export function sumOf(sums: readonly LedgerSum[]): LedgerSum {
  const total = (of: (sum: LedgerSum) => number) => sums.reduce((all, one) => all + of(one), 0)
  const emitted = (of: (sum: LedgerSum) => Emitted): Emitted => {
    const banded = sums.every((sum) => of(sum).carbonLowG !== undefined)
    return {
      energyKwh: total((sum) => of(sum).energyKwh),
      carbonG: total((sum) => of(sum).carbonG),
      ...(banded && {
        carbonLowG: total((sum) => of(sum).carbonLowG!),
        carbonHighG: total((sum) => of(sum).carbonHighG!),
      }),
    }
  }
  const planned = emitted((sum) => sum.planned)
  const baseline = emitted((sum) => sum.baseline)
  return {
    windows: total(({ windows }) => windows),
    tokens: total(({ tokens }) => tokens),
    planned,
    baseline,
    ...savedOf(planned, baseline),
  }
}
