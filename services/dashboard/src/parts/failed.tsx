import type { Failure } from '../api/failure.ts'
import { changeKey, currentKey } from '../api/key.ts'
import { strings } from '../strings.ts'

/** Why something cannot be shown, and what can be done about it. */
export function Failed({ failure }: { readonly failure: Failure }) {
  const { kind, message, problem } = failure
  return (
    <div class={`notice notice-${kind}`} role={kind === 'missing' ? 'status' : 'alert'}>
      <strong>{strings.states[kind]}</strong>
      <p>{message}</p>
      {problem?.issues?.map(({ path, message: words }) => (
        <p key={path}>
          <code>{path}</code> {words}
        </p>
      ))}
      {problem && kind === 'wrong' && (
        <p class="quiet">
          {strings.states.reference} <code>{problem.code}</code> <code>{problem.instance}</code>
        </p>
      )}
      {kind !== 'missing' && (
        <button type="button" class="button" onClick={() => changeKey(currentKey())}>
          {strings.states.retry}
        </button>
      )}
    </div>
  )
}
