import { useState } from 'preact/hooks'
import { useModelFit } from '../../api/resources.ts'
import { JUDGED, type Judged } from '../../figures/fit.ts'
import { Card } from '../../parts/card.tsx'
import { ChoiceField } from '../../parts/choice-field.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { strings } from '../../strings.ts'
import { GpuFitPanel } from './gpu-fit-panel.tsx'

const { fit, runs } = strings

/** How good the fit of one model is where it was measured, and what to measure next. */
export function ModelFit({ models }: { readonly models: readonly string[] }) {
  const [chosen, setChosen] = useState<string>()
  const [what, setWhat] = useState<Judged>('joulesPerToken')
  const model = chosen !== undefined && models.includes(chosen) ? chosen : models[0]
  const resource = useModelFit(model)
  if (model === undefined) return null
  return (
    <Card title={fit.title} aside={<span class="quiet">{fit.hint}</span>}>
      <div class="fields">
        <ChoiceField label={runs.model} value={model} options={models} onChange={setChosen} />
        <ChoiceField
          label={fit.what}
          value={what}
          options={JUDGED.map((one) => [one, fit.judged[one]] as const)}
          onChange={(one) => setWhat(one as Judged)}
        />
      </div>
      <Loaded resource={resource} heightPx={460}>
        {({ gpus }) => (
          <div class="fits">
            {gpus.map((one) => (
              <GpuFitPanel key={one.gpu} model={model} fit={one} what={what} />
            ))}
          </div>
        )}
      </Loaded>
    </Card>
  )
}
