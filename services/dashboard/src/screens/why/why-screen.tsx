import { useState } from 'preact/hooks'
import { usePlans } from '../../api/resources.ts'
import { Loaded } from '../../parts/loaded.tsx'
import { strings } from '../../strings.ts'
import { Decide } from './decide.tsx'
import { Differences } from './differences.tsx'
import { Explanation } from './explanation.tsx'
import { PlanChoice } from './plan-choice.tsx'

/** What a plan does differently, and the reasons for it. */
export function WhyScreen() {
  const plans = usePlans()
  const [chosen, setChosen] = useState<number>()
  const [against, setAgainst] = useState<number>()
  return (
    <Loaded resource={plans} heightPx={600}>
      {({ items }) => {
        const version = chosen ?? items[0]?.version
        if (version === undefined) return <p class="notice">{strings.states.noPlan}</p>
        const plan = items.find((one) => one.version === version)
        const other = against ?? items.find((plan) => plan.version < version)?.version
        return (
          <>
            <div class="bar">
              <PlanChoice
                label={strings.why.plan}
                plans={items}
                version={version}
                onChoose={setChosen}
              />
              {other !== undefined && (
                <PlanChoice
                  label={strings.why.against}
                  plans={items}
                  version={other}
                  onChoose={setAgainst}
                />
              )}
            </div>
            {plan && <Decide key={version} plan={plan} newest={version === items[0]?.version} />}
            <Explanation version={version} />
            <Differences version={version} other={other} />
          </>
        )
      }}
    </Loaded>
  )
}
