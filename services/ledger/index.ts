export type { Ledger, LedgerEntry } from './port.ts'
