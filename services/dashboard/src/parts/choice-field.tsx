import { useId } from 'preact/hooks'

interface ChoiceFieldProps {
  readonly label: string
  readonly value: string
  /** What can be chosen, and how it is called where that is not the same. */
  readonly options: readonly (string | readonly [value: string, name: string])[]
  /** Name of leaving it open, where it may be. */
  readonly any?: string
  readonly onChange: (value: string) => void
}

/** One choice of a form under its name. */
export function ChoiceField({ label, value, options, any, onChange }: ChoiceFieldProps) {
  const id = useId()
  return (
    <div class="form-field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {any && <option value="">{any}</option>}
        {options.map((one) => {
          const [key, name] = typeof one === 'string' ? [one, one] : one
          return (
            <option key={key} value={key}>
              {name}
            </option>
          )
        })}
      </select>
    </div>
  )
}
