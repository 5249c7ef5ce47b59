import { useBatchJobs, useModels, useRegions } from '../../api/resources.ts'
import { hasEnded } from '../../figures/gantt.ts'
import { Loaded } from '../../parts/loaded.tsx'
import { Trouble } from '../../parts/trouble.tsx'
import { strings } from '../../strings.ts'
import { Gantt } from './gantt.tsx'
import { JobTable } from './job-table.tsx'
import { SubmitJob } from './submit-job.tsx'

/** Work that may wait: when it runs, how much slack it has, and what another deadline would mean. */
export function BatchScreen() {
  const jobs = useBatchJobs()
  const regions = useRegions()
  const models = useModels()
  return (
    <Loaded resource={regions} heightPx={400}>
      {({ items: places }) => (
        <>
          <Loaded resource={jobs} heightPx={400}>
            {({ items, next }) => (
              <>
                {items.some((job) => !hasEnded(job)) ? (
                  <Gantt jobs={items} regions={places} />
                ) : (
                  <p class="notice">{strings.batch.none}</p>
                )}
                {items.length > 0 && <JobTable jobs={items} />}
                {next && <p class="quiet">{strings.batch.more(items.length)}</p>}
              </>
            )}
          </Loaded>
          <Trouble resource={models} />
          <SubmitJob
            models={models.state === 'ready' ? models.body.items.map(({ id }) => id) : []}
            regions={places}
          />
        </>
      )}
    </Loaded>
  )
}
