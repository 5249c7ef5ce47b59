import type { Deadline } from './job.ts'
import { HOUR_MS } from './outlook.ts'

/** What an hour of missing a hard deadline weighs: more than any carbon, so that it comes last. */
const HARD_LATE_G_PER_HOUR = 1e15

/** gCO2e that an hour past the deadline weighs. */
export const lateGPerHour = (deadline: Deadline): number =>
  deadline.kind === 'soft' ? deadline.lateGPerHour : HARD_LATE_G_PER_HOUR

/** What ending at `endMs` weighs beside carbon; a job handed in late is late from then on. */
export function latePriceG(deadline: Deadline, fromMs: number, endMs: number): number {
  const lateMs = endMs - Math.max(fromMs, deadline.atMs)
  return lateMs > 0 ? (lateMs / HOUR_MS) * lateGPerHour(deadline) : 0
}
