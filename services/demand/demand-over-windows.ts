import type { Window } from '../domain/window.ts'
import type { Demand } from '../fleet/index.ts'
import { localHours } from './local-hour.ts'
import type { Trace } from './read-trace.ts'
import { traceOverWindows } from './trace-over-windows.ts'

/** What is served beyond the mean. */
export interface DemandMargins {
  /** Of the traffic inside a window. */
  readonly quantile: number
  /** Added on top of that: 0.1 is a tenth. */
  readonly headroom: number
}

/**
 * The traffic to be ready for in each window: a quantile of what was recorded or declared for it,
 * plus head-room.
 *
 * @param trace what the demand's file holds; needed by kind `csv` alone
 * @returns output tokens/s per window
 * @throws InvalidInput where a trace says nothing of a window
 */
export function demandOverWindows(
  demand: Demand,
  windows: readonly Window[],
  margins: DemandMargins,
  trace?: Trace,
): readonly number[] {
  const withHeadroom = (tokensPerSecond: number) => tokensPerSecond * (1 + margins.headroom)
  return expected(demand, windows, margins.quantile, trace).map(withHeadroom)
}

/**
 * What is declared of each window, without quantile and head-room: the middle of what was recorded.
 *
 * @returns output tokens/s per window
 * @throws InvalidInput where a trace says nothing of a window
 */
export const declaredOverWindows = (
  demand: Demand,
  windows: readonly Window[],
  trace?: Trace,
): readonly number[] => demandOverWindows(demand, windows, { quantile: 0.5, headroom: 0 }, trace)

function expected(
  demand: Demand,
  windows: readonly Window[],
  q: number,
  trace: Trace | undefined,
): readonly number[] {
  if (demand.kind === 'constant') return windows.map(() => demand.tokensPerSecond)
  if (demand.kind === 'csv') return traceOverWindows(trace!, demand, windows, q)
  const localHour = localHours(demand.timezone)
  return windows.map(({ startMs, endMs }) => {
    const { hour, weekend } = localHour((startMs + endMs) / 2)
    return demand.tokensPerSecond[hour]! * (weekend ? demand.weekendScale : 1)
  })
}
