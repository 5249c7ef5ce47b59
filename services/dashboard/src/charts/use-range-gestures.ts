import { useMemo } from 'preact/hooks'
import type { SharedRange } from './time-range.ts'

/** What keys do while a chart has the focus. */
const KEYS: Readonly<Record<string, (range: SharedRange) => void>> = {
  ArrowLeft: (range) => range.move(-0.1),
  ArrowRight: (range) => range.move(0.1),
  '+': (range) => range.zoom(0.8),
  '=': (range) => range.zoom(0.8),
  '-': (range) => range.zoom(1.25),
  '0': (range) => range.all(),
}

/** Keys and sideways scrolling that move a range; spread over the element around its charts. */
export const useRangeGestures = (range: SharedRange) =>
  useMemo(
    () => ({
      tabIndex: 0,
      role: 'group' as const,
      onKeyDown(event: KeyboardEvent) {
        const move = event.target === event.currentTarget ? KEYS[event.key] : undefined
        if (!move) return
        event.preventDefault()
        move(range)
      },
      onWheel(event: WheelEvent) {
        if (Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return // a scroll of the page
        event.preventDefault()
        const { clientWidth } = event.currentTarget as HTMLElement
        range.move(event.deltaX / clientWidth)
      },
    }),
    [range],
  )
