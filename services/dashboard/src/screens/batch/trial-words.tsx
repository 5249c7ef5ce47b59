import { weekdayClockOf } from '../../figures/instant.ts'
import { inGrams, spelled } from '../../figures/quantity.ts'
import { Failed } from '../../parts/failed.tsx'
import { strings } from '../../strings.ts'
import { AnswerWords } from './answer-words.tsx'
import type { DeadlineTrial } from './use-deadline-trial.ts'

interface TrialWordsProps {
  readonly trial: DeadlineTrial | undefined
  readonly onGiveUp: () => void
}

const { batch } = strings

/** What the deadline that is tried would mean. */
export function TrialWords({ trial, onGiveUp }: TrialWordsProps) {
  return (
    <div class="trial" role="status">
      {trial && (
        <>
          <strong>{batch.trial(trial.job.id, weekdayClockOf(trial.deadlineMs))}</strong>
          {trial.failure && <Failed failure={trial.failure} />}
          {trial.answer && <AnswerWords answer={trial.answer} />}
          {!trial.answer && !trial.failure && <span class="quiet">{strings.doing.busy}</span>}
          <Difference trial={trial} />
          <button type="button" class="button" onClick={onGiveUp}>
            {batch.giveUp}
          </button>
        </>
      )}
    </div>
  )
}

function Difference({ trial: { job, answer } }: { readonly trial: DeadlineTrial }) {
  if (!answer?.planned || !job.planned) return null
  const moreG = answer.planned.carbonG - job.planned.carbonG
  if (Math.round(moreG) === 0) return <span class="quiet">{batch.sameCarbon}</span>
  const words = spelled(inGrams(Math.abs(moreG)))
  return (
    <span class={moreG > 0 ? 'delta delta-down' : 'delta delta-up'}>
      {moreG > 0 ? batch.moreCarbon(words) : batch.lessCarbon(words)}
    </span>
  )
}
