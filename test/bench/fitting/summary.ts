import type { summariseDecisions } from './decisions.ts'
import type { summarise } from './score.ts'
import type { measureSpeed } from './speed.ts'
import type { tpotErrors } from './tpot.ts'

export type Columns = ReturnType<typeof summarise>
export type Choices = ReturnType<typeof summariseDecisions>

/** What one run of the bench found; errors are absolute percentages by K. */
export interface FittingSummary extends Choices {
  readonly runs: string
  readonly groups: Readonly<Record<number, number>>
  readonly k: Readonly<Record<string, Columns>>
  readonly coverage95: number
  readonly coverage95By: Readonly<Record<string, number>>
  readonly guarded: Choices
  readonly baselines: Readonly<
    Record<string, Choices & { k: Readonly<Record<string, Columns>>; beaten: boolean }>
  >
  readonly transfer: Readonly<Record<string, Readonly<Record<string, Columns>>>>
  readonly aiconfiguratorTpotK5?: ReturnType<typeof tpotErrors>
  readonly speed: ReturnType<typeof measureSpeed>
}
