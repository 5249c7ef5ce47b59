import type { WhatIf } from '../../figures/what-if.ts'
import { strings } from '../../strings.ts'

type Objective = WhatIf['objective']

interface ObjectiveChoiceProps {
  readonly value: Objective
  readonly onChange: (objective: Objective) => void
}

const OBJECTIVES: readonly Objective[] = ['carbon', 'energy', 'cost']

export function ObjectiveChoice({ value, onChange }: ObjectiveChoiceProps) {
  const { objective, objectives } = strings.whatIf
  return (
    <fieldset class="choice">
      <legend>{objective}</legend>
      {OBJECTIVES.map((one) => (
        <label key={one}>
          <input
            type="radio"
            name="objective"
            checked={one === value}
            onChange={() => onChange(one)}
          />
          <span>{objectives[one]}</span>
        </label>
      ))}
    </fieldset>
  )
}
