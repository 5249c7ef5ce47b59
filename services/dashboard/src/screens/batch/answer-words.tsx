import { type BatchAnswer, endOf } from '../../figures/gantt.ts'
import { inGrams, spelled } from '../../figures/quantity.ts'
import { Time } from '../../parts/time.tsx'
import { strings } from '../../strings.ts'

const { batch } = strings

/** Whether a job can be promised, and when, or what forbids it. */
export function AnswerWords({ answer }: { readonly answer: BatchAnswer }) {
  const { status, planned, words, limit } = answer
  if (status === 'known') return <p>{batch.known}</p>
  if (!planned) {
    return (
      <p class="outcome-failed">
        <strong>{batch.notPromised}</strong> {limit && batch.limits[limit]} {words}
      </p>
    )
  }
  return (
    <p>
      <strong class="promised">{planned.safe ? batch.promised : batch.late}</strong>{' '}
      {planned.region}, <Time atMs={planned.pieces[0]!.startMs} shape="weekday" /> –{' '}
      <Time atMs={endOf(answer)} shape="weekday" />, {spelled(inGrams(planned.carbonG))}
    </p>
  )
}
