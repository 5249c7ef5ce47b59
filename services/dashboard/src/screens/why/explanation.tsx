import { useExplanation } from '../../api/resources.ts'
import { Card } from '../../parts/card.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { strings } from '../../strings.ts'
import { BindingLimits } from './binding-limits.tsx'
import { Placements } from './placements.tsx'
import { PlanLevers } from './plan-levers.tsx'

/** Why one plan is what it is. */
export function Explanation({ version }: { readonly version: number }) {
  const explanation = useExplanation(version)
  return (
    <Loaded resource={explanation} heightPx={420}>
      {(body) => (
        <>
          <Card title={strings.why.summary} className="summary">
            <p class="lede">{body.words}</p>
            {body.relaxation && <p>{body.relaxation}</p>}
          </Card>
          <BindingLimits limits={body.binding} />
          {body.status === 'planned' && <PlanLevers levers={body.levers} />}
          {body.placements.length > 0 && <Placements placements={body.placements} />}
        </>
      )}
    </Loaded>
  )
}
