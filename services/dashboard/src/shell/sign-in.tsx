import type { TargetedSubmitEvent } from 'preact'
import { useId, useState } from 'preact/hooks'
import { changeKey } from '../api/key.ts'
import { strings } from '../strings.ts'

/** @param refused a key was given and is not good */
export function SignIn({ refused }: { readonly refused: boolean }) {
  const id = useId()
  const [key, setKey] = useState('')
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (key.trim() !== '') changeKey(key.trim())
  }
  const { signIn } = strings
  return (
    <form class="sign-in card" onSubmit={submit}>
      <h2>{signIn.title}</h2>
      <p>{signIn.lede}</p>
      <label for={id}>{signIn.key}</label>
      <input
        id={id}
        type="password"
        autocomplete="off"
        spellcheck={false}
        required
        aria-invalid={refused}
        aria-describedby={`${id}-hint`}
        value={key}
        onInput={({ currentTarget }) => setKey(currentTarget.value)}
      />
      {refused && (
        <p class="field-problem" role="alert">
          {signIn.refused}
        </p>
      )}
      <button type="submit" class="button button-primary">
        {signIn.submit}
      </button>
      <p class="quiet" id={`${id}-hint`}>
        {signIn.keep} {signIn.first}
      </p>
    </form>
  )
}
