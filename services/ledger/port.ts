import type { LeverSaving, WindowAccount } from '../accounting/index.ts'

/** One settled window. */
export interface LedgerEntry extends WindowAccount {
  readonly windowStartMs: number
  readonly windowEndMs: number
  readonly planVersion: number
}

/** What each lever adds over the horizon of one plan. */
export interface LeverRecord {
  /** When the plan was taken apart. */
  readonly atMs: number
  readonly problemDigest: string
  readonly levers: readonly LeverSaving[]
}

/** What was used and emitted, window by window. */
export interface Ledger {
  /** Settling a window again, on better knowledge of the grid, replaces its entry. */
  settle(entry: LedgerEntry): Promise<void>
  /** Windows that start in [fromMs, toMs), oldest first. */
  between(fromMs: number, toMs: number): Promise<readonly LedgerEntry[]>
  /** Keeps what the levers add; the same instant again replaces it. */
  settleLevers(record: LeverRecord): Promise<void>
  /** Of [fromMs, toMs), oldest first. */
  leversBetween(fromMs: number, toMs: number): Promise<readonly LeverRecord[]>
  /** Deletes what the levers added before `beforeMs`; settled windows stay. Says how many. */
  forgetLevers(beforeMs: number): Promise<number>
}
