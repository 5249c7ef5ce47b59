import { strings } from '../../strings.ts'

interface RegionSwitchesProps {
  readonly regions: readonly string[]
  readonly excluded: readonly string[]
  readonly onChange: (excluded: readonly string[]) => void
}

export function RegionSwitches({ regions, excluded, onChange }: RegionSwitchesProps) {
  const toggle = (id: string) =>
    onChange(excluded.includes(id) ? excluded.filter((one) => one !== id) : [...excluded, id])
  return (
    <fieldset class="switches">
      <legend>{strings.whatIf.regions}</legend>
      {regions.map((id) => (
        <label key={id}>
          <input type="checkbox" checked={!excluded.includes(id)} onChange={() => toggle(id)} />
          <span>{id}</span>
        </label>
      ))}
    </fieldset>
  )
}
