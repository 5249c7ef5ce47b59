import { useId } from 'preact/hooks'

interface TextFieldProps {
  readonly label: string
  readonly hint?: string
  readonly value: string | number
  readonly type?: 'text' | 'number' | 'datetime-local'
  readonly pattern?: string
  readonly maxLength?: number
  readonly required?: boolean
  readonly onChange: (value: string) => void
}

/** One line of a form under its name. */
export function TextField({ label, hint, type = 'text', onChange, ...input }: TextFieldProps) {
  const id = useId()
  const hintId = `${id}-hint`
  return (
    <div class="form-field">
      <label for={id}>{label}</label>
      <input
        id={id}
        class="text"
        type={type}
        {...(type === 'number' && { min: 0, step: 'any' })}
        {...(hint && { 'aria-describedby': hintId })}
        {...input}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
      {hint && (
        <span class="quiet" id={hintId}>
          {hint}
        </span>
      )}
    </div>
  )
}
