import { useModels, usePlan } from '../../api/resources.ts'
import { scheduleOf } from '../../figures/schedule.ts'
import { Loaded } from '../../parts/loaded.tsx'
import { ModelCard } from './model-card.tsx'
import { UploadedRuns } from './uploaded-runs.tsx'

/** What is promised for each model, and what serves it now. */
export function ModelsScreen() {
  const models = useModels()
  const plan = usePlan()
  const schedule = plan.state === 'ready' ? scheduleOf(plan.body) : undefined
  return (
    <Loaded resource={models} heightPx={400}>
      {({ items }) => (
        <>
          <ul class="model-cards">
            {items.map((model) => (
              <li key={model.id}>
                <ModelCard model={model} schedule={schedule} />
              </li>
            ))}
          </ul>
          <UploadedRuns models={items.map(({ id }) => id)} />
        </>
      )}
    </Loaded>
  )
}
