import type { Emitted } from '../accounting/index.ts'
import type { LedgerEntry } from './port.ts'

/** What settled windows add up to. */
export interface LedgerSum {
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
    const savedG = baseline.carbonG - planned.carbonG
    const known = days.get(dayStartMs) ?? []
    known.push({ windows: 1, tokens, planned, baseline, savedG })
    days.set(dayStartMs, known)
  }
  return [...days]
    .toSorted(([a], [b]) => a - b)
    .map(([dayStartMs, sums]) => ({ dayStartMs, ...sumOf(sums) }))
}

/** All of it together. */
export function sumOf(sums: readonly LedgerSum[]): LedgerSum {
  const total = (of: (sum: LedgerSum) => number) => sums.reduce((all, one) => all + of(one), 0)
  const emitted = (of: (sum: LedgerSum) => Emitted): Emitted => ({
    energyKwh: total((sum) => of(sum).energyKwh),
    carbonG: total((sum) => of(sum).carbonG),
  })
  return {
    windows: total(({ windows }) => windows),
    tokens: total(({ tokens }) => tokens),
    planned: emitted(({ planned }) => planned),
    baseline: emitted(({ baseline }) => baseline),
    savedG: total(({ savedG }) => savedG),
  }
}
