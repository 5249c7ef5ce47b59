import type { WindowAccount } from '../accounting/index.ts'

/** One settled window. */
export interface LedgerEntry extends WindowAccount {
  readonly windowStartMs: number
  readonly windowEndMs: number
  readonly planVersion: number
}

/** What was used and emitted, window by window. */
export interface Ledger {
  /** Settling a window again, on better knowledge of the grid, replaces its entry. */
  settle(entry: LedgerEntry): Promise<void>
  /** Windows that start in [fromMs, toMs), oldest first. */
  between(fromMs: number, toMs: number): Promise<readonly LedgerEntry[]>
}
