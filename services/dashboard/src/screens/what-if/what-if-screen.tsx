import { useModels, usePlan, usePolicy, useRegions } from '../../api/resources.ts'
import { scheduleOf } from '../../figures/schedule.ts'
import { Infeasible } from '../../parts/infeasible.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Simulator } from './simulator.tsx'

/** What would be planned if things were different. */
export function WhatIfScreen() {
  const plan = usePlan()
  const policy = usePolicy()
  const models = useModels()
  const regions = useRegions()
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
