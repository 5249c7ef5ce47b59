import { useLive } from '../api/live.tsx'
import { strings } from '../strings.ts'

/** Whether the page hears at once of what happens. */
export function LineState() {
  const { line } = useLive()
  return (
    <span class="line-state" data-line={line} role="status">
      <i aria-hidden="true" />
      {strings.line[line]}
    </span>
  )
}
