export { daysOf, type LedgerDay, type LedgerSum, sumOf } from './ledger-day.ts'
export type { Ledger, LedgerEntry, LeverRecord } from './port.ts'
export { sciOf } from './sci.ts'
