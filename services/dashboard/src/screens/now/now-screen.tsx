import { usePlan, usePlanFigures, useRegions } from '../../api/resources.ts'
import { scheduleOf, windowAt } from '../../figures/schedule.ts'
import { Infeasible } from '../../parts/infeasible.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Trouble } from '../../parts/trouble.tsx'
import { strings } from '../../strings.ts'
import { Attention } from './attention.tsx'
import { Headline } from './headline.tsx'
import { NextChanges } from './next-changes.tsx'
import { Promises } from './promises.tsx'
import { RegionOverview } from './region-overview.tsx'

/** Where inference runs this moment, how clean it is there, and what changes next. */
export function NowScreen() {
  const plan = usePlan()
  const regions = useRegions()
  const figures = usePlanFigures(plan.state === 'ready' ? plan.body.version : undefined)
  const schedule = plan.state === 'ready' ? scheduleOf(plan.body) : undefined
  return (
    <Loaded resource={regions} heightPx={560}>
      {({ items }) => (
        <>
          <Loaded resource={plan} heightPx={128}>
            {(body) => (
              <>
                {schedule && (
                  <Headline
                    plan={body}
                    schedule={schedule}
                    regions={items}
                    figures={figures.state === 'ready' ? figures.body : undefined}
                  />
                )}
                <Trouble resource={figures} />
                <Infeasible outcome={body.outcome} />
                {schedule && windowAt(schedule, Date.now()) === -1 && (
                  <p class="stale">{strings.states.runOut}</p>
                )}
              </>
            )}
          </Loaded>
          <RegionOverview regions={items} schedule={schedule} />
          <div class="columns">
            {schedule && <NextChanges schedule={schedule} />}
            <div class="column">
              <Promises />
              <Attention regions={items} />
            </div>
          </div>
        </>
      )}
    </Loaded>
  )
}
