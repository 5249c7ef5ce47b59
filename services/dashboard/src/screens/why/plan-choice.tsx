import { useId } from 'preact/hooks'
import type { Schemas } from '../../api/client.ts'
import { weekdayClockOf } from '../../figures/instant.ts'

interface PlanChoiceProps {
  readonly label: string
  readonly plans: Schemas['PlanPage']['items']
  readonly version: number
  readonly onChoose: (version: number) => void
}

export function PlanChoice({ label, plans, version, onChoose }: PlanChoiceProps) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={version}
        onChange={({ currentTarget }) => onChoose(Number(currentTarget.value))}
      >
        {plans.map((plan) => (
          <option key={plan.version} value={plan.version}>
            {plan.version}, {weekdayClockOf(plan.createdAtMs)}
          </option>
        ))}
      </select>
    </div>
  )
}
