import { useLive } from '../api/live.tsx'
import { strings } from '../strings.ts'

/** Says aloud what a look would show: that there is a new plan, or that something is amiss. */
export function Announcer() {
  const { lastEvent, pulse } = useLive()
  const words = lastEvent && strings.announced[lastEvent]
  return (
    <div class="visually-hidden" aria-live="polite">
      {words && <span key={pulse}>{words}</span>}
    </div>
  )
}
