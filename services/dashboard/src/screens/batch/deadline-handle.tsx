import { useRef } from 'preact/hooks'
import { instantAt, type Span, STEP_MS, shareOf } from '../../figures/gantt.ts'
import { utcOf, weekdayClockOf } from '../../figures/instant.ts'
import { strings } from '../../strings.ts'

interface DeadlineHandleProps {
  readonly job: string
  readonly span: Span
  readonly deadlineMs: number
  /** Whether it stands where it was dragged to, not where it is. */
  readonly tried: boolean
  readonly onMove: (deadlineMs: number) => void
  readonly onGiveUp: () => void
}

const HOUR_MS = 3_600_000

/** How far each key moves a deadline. */
const KEYS: Readonly<Record<string, number>> = {
  ArrowLeft: -HOUR_MS,
  ArrowDown: -HOUR_MS,
  ArrowRight: HOUR_MS,
  ArrowUp: HOUR_MS,
  PageDown: -6 * HOUR_MS,
  PageUp: 6 * HOUR_MS,
}

/** The flag of a deadline: dragged with a pointer, or moved with the keys of a slider. */
export function DeadlineHandle(props: DeadlineHandleProps) {
  const { job, span, deadlineMs, tried, onMove, onGiveUp } = props
  const dragging = useRef(false)
  const within = (atMs: number) => Math.min(span.endMs, Math.max(span.startMs + STEP_MS, atMs))

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && tried) return onGiveUp()
    const byMs = KEYS[event.key]
    if (byMs === undefined) return
    event.preventDefault()
    onMove(within(deadlineMs + (event.shiftKey ? Math.sign(byMs) * STEP_MS : byMs)))
  }
  const onPointerDown = (event: PointerEvent) => {
    event.preventDefault()
    const handle = event.currentTarget as HTMLElement
    handle.setPointerCapture(event.pointerId)
    handle.focus()
    dragging.current = true
  }
  const onPointerMove = (event: PointerEvent) => {
    if (!dragging.current) return
    const { left, width } = (
      event.currentTarget as HTMLElement
    ).parentElement!.getBoundingClientRect()
    onMove(within(instantAt(span, (event.clientX - left) / width)))
  }
  const onPointerEnd = () => {
    dragging.current = false
  }
  return (
    <div
      class={tried ? 'deadline deadline-tried' : 'deadline'}
      role="slider"
      tabIndex={0}
      aria-label={strings.batch.deadlineOf(job)}
      aria-valuemin={span.startMs}
      aria-valuemax={Math.max(span.endMs, deadlineMs)}
      aria-valuenow={deadlineMs}
      aria-valuetext={weekdayClockOf(deadlineMs)}
      title={`${weekdayClockOf(deadlineMs)} (${utcOf(deadlineMs)})`}
      style={{ left: `${shareOf(span, deadlineMs) * 100}%` }}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerEnd}
      onPointerCancel={onPointerEnd}
    />
  )
}
