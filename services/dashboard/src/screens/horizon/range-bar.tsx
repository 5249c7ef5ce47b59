import { useId } from 'preact/hooks'
import type { SharedRange } from '../../charts/time-range.ts'
import { strings } from '../../strings.ts'

interface RangeBarProps {
  readonly range: SharedRange
  readonly regions: readonly string[]
  readonly region: string
  readonly onRegion: (id: string) => void
}

/** Which region and which time: for the mouse, and each step also for the keyboard. */
export function RangeBar({ range, regions, region, onRegion }: RangeBarProps) {
  const id = useId()
  const { horizon } = strings
  const steps = [
    { name: horizon.earlier, sign: '←', go: () => range.move(-0.25) },
    { name: horizon.later, sign: '→', go: () => range.move(0.25) },
    { name: horizon.closer, sign: '+', go: () => range.zoom(0.6) },
    { name: horizon.wider, sign: '−', go: () => range.zoom(1 / 0.6) },
    { name: horizon.all, sign: '⤢', go: () => range.all() },
  ]
  return (
    <div class="range-bar">
      <label for={id}>{horizon.region}</label>
      <select
        id={id}
        value={region}
        onChange={({ currentTarget }) => onRegion(currentTarget.value)}
      >
        {regions.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
      <fieldset class="steps">
        <legend class="visually-hidden">{horizon.range}</legend>
        {steps.map(({ name, sign, go }) => (
          <button
            key={name}
            type="button"
            class="button"
            title={name}
            aria-label={name}
            onClick={go}
          >
            <span aria-hidden="true">{sign}</span>
          </button>
        ))}
      </fieldset>
      <p class="quiet range-help">{horizon.help}</p>
    </div>
  )
}
