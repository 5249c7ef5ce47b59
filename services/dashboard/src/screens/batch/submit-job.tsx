import type { TargetedSubmitEvent } from 'preact'
import { useState } from 'preact/hooks'
import { answered, api, type Schemas } from '../../api/client.ts'
import { useDoing } from '../../api/use-doing.ts'
import type { BatchAnswer } from '../../figures/gantt.ts'
import { type JobDraft, jobOf, newDraft, takingDeadline } from '../../figures/job-draft.ts'
import { Card } from '../../parts/card.tsx'
import { DoingWords } from '../../parts/doing-words.tsx'
import { strings } from '../../strings.ts'
import { AnswerWords } from './answer-words.tsx'
import { JobFields } from './job-fields.tsx'

interface SubmitJobProps {
  readonly models: readonly string[]
  readonly regions: Schemas['RegionList']['items']
}

const { batch } = strings

/** Hands in a job, and says at once whether it is promised. */
export function SubmitJob({ models, regions }: SubmitJobProps) {
  const [draft, setDraft] = useState<JobDraft>(() => newDraft(Date.now()))
  const [answer, setAnswer] = useState<BatchAnswer>()
  const [doing, start] = useDoing()
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    setAnswer(undefined)
    start(async () => {
      const said = await answered(api.POST('/v1/batch/jobs', { body: jobOf(draft) }))
      setAnswer(said as BatchAnswer)
      return ''
    })
  }
  const earliestMs = answer?.earliestDeadlineMs
  return (
    <Card title={batch.submitTitle}>
      <form class="job-form" aria-label={batch.submitTitle} onSubmit={submit}>
        <JobFields draft={draft} models={models} regions={regions} onChange={setDraft} />
        <div class="actions">
          <button type="submit" class="button button-primary" disabled={doing.state === 'busy'}>
            {batch.submit}
          </button>
          {earliestMs !== undefined && (
            <button
              type="button"
              class="button"
              onClick={() => setDraft(takingDeadline(draft, earliestMs))}
            >
              {batch.takeEarliest}
            </button>
          )}
        </div>
        <div role="status">{answer && <AnswerWords answer={answer} />}</div>
        <DoingWords doing={doing} />
      </form>
    </Card>
  )
}
