import { useId } from 'preact/hooks'

interface SliderProps {
  readonly label: string
  /** The value as people read it. */
  readonly words: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly step: number
  readonly onChange: (value: number) => void
}

export function Slider({ label, words, onChange, ...range }: SliderProps) {
  const id = useId()
  return (
    <div class="slider-field">
      <label for={id}>{label}</label>
      <output for={id}>{words}</output>
      <input
        id={id}
        class="slider"
        type="range"
        aria-valuetext={words}
        {...range}
        onInput={({ currentTarget }) => onChange(Number(currentTarget.value))}
      />
    </div>
  )
}
