import { useModels, usePlan } from '../../api/resources.ts'
import { scheduleOf } from '../../figures/schedule.ts'
import { Loaded } from '../../parts/loaded.tsx'
import { Trouble } from '../../parts/trouble.tsx'
import { strings } from '../../strings.ts'
import { ModelCard } from './model-card.tsx'
import { ModelFit } from './model-fit.tsx'
import { UploadedRuns } from './uploaded-runs.tsx'

/** What is promised for each model, what serves it now, and how well it is known. */
export function ModelsScreen() {
  const models = useModels()
  const plan = usePlan()
  const schedule = plan.state === 'ready' ? scheduleOf(plan.body) : undefined
  return (
    <Loaded resource={models} heightPx={400}>
      {({ items }) => (
        <>
          <Trouble resource={plan} />
          {items.length === 0 && <p class="notice">{strings.models.none}</p>}
          <ul class="model-cards">
            {items.map((model) => (
              <li key={model.id}>
                <ModelCard model={model} schedule={schedule} />
              </li>
            ))}
          </ul>
          <ModelFit models={items.map(({ id }) => id)} />
          <UploadedRuns models={items.map(({ id }) => id)} />
        </>
      )}
    </Loaded>
  )
}
