import { changeKey, currentKey } from '../api/key.ts'
import { usePulse } from '../api/live.tsx'
import { strings } from '../strings.ts'

/** A way out, for whoever has signed in. */
export function KeyMenu() {
  usePulse() // a change of key is a pulse
  if (currentKey() === undefined) return null
  return (
    <button type="button" class="button-quiet" onClick={() => changeKey(undefined)}>
      {strings.signIn.out}
    </button>
  )
}
