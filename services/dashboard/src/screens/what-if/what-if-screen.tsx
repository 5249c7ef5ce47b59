import { useModels, usePlan, usePolicy, useRegions } from '../../api/resources.ts'
import { scheduleOf } from '../../figures/schedule.ts'
import { Infeasible } from '../../parts/infeasible.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Trouble } from '../../parts/trouble.tsx'
import { Simulator } from './simulator.tsx'

/** What would be planned if things were different. */
export function WhatIfScreen() {
  const plan = usePlan()
  const policy = usePolicy()
  const models = useModels()
  const regions = useRegions()
  return (
    <>
      <Trouble resource={regions} />
      <Asking {...{ plan, policy, models, regions }} />
    </>
  )
}

interface AskingProps {
  readonly plan: ReturnType<typeof usePlan>
  readonly policy: ReturnType<typeof usePolicy>
  readonly models: ReturnType<typeof useModels>
  readonly regions: ReturnType<typeof useRegions>
}

/** Nothing can be asked before all of these are known; without regions none can be left out. */
function Asking({ plan, policy, models, regions }: AskingProps) {
  return (
    <Loaded resource={plan} heightPx={480}>
      {(body) => (
        <Loaded resource={policy} heightPx={480}>
          {(inForce) => (
            <Loaded resource={models} heightPx={480}>
              {({ items }) => {
                const schedule = scheduleOf(body)
                if (!schedule) return <Infeasible outcome={body.outcome} />
                return (
                  <Simulator
                    schedule={schedule}
                    policy={inForce}
                    models={items}
                    regions={regions.state === 'ready' ? regions.body.items : []}
                  />
                )
              }}
            </Loaded>
          )}
        </Loaded>
      )}
    </Loaded>
  )
}
