import type { Plan } from '../figures/schedule.ts'
import { strings } from '../strings.ts'

/** Why there is no plan, and the least that would help. */
export function Infeasible({ outcome }: { readonly outcome: Plan['outcome'] }) {
  if (outcome.status !== 'infeasible') return null
  return (
    <div class="notice notice-wrong" role="alert">
      <strong>{strings.states.infeasible}</strong>
      <p>{outcome.words}</p>
      <p>
        {strings.states.infeasibleHint}: {outcome.relaxation}
      </p>
    </div>
  )
}
