import { useEffect, useMemo } from 'preact/hooks'
import type { Schedule } from '../figures/schedule.ts'
import { SharedRange } from './time-range.ts'

/** The range of a schedule; what is zoomed in on stays as the horizon moves on. */
export function useSharedRange({ windows }: Schedule): SharedRange {
  const minMs = windows[0]?.startMs ?? 0
  const maxMs = windows.at(-1)?.endMs ?? 1
  // one range for as long as it is shown
  const range = useMemo(() => new SharedRange({ minMs, maxMs }), [])
  useEffect(() => range.setWhole({ minMs, maxMs }), [range, minMs, maxMs])
  return range
}
