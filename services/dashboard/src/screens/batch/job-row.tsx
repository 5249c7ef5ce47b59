import { type BatchJob, type Piece, type Span, shareOf, slackOf } from '../../figures/gantt.ts'
import { spanOf, weekdayClockOf } from '../../figures/instant.ts'
import { strings } from '../../strings.ts'
import { DeadlineHandle } from './deadline-handle.tsx'
import type { DeadlineTrial } from './use-deadline-trial.ts'

interface JobRowProps {
  readonly job: BatchJob
  readonly span: Span
  /** Of this job, if it is the one that is tried. */
  readonly trial: DeadlineTrial | undefined
  readonly onTry: (job: BatchJob, deadlineMs: number) => void
  readonly onGiveUp: () => void
}

const { batch } = strings

/** One job: what is planned of it, the slack after it, and the flag of its deadline. */
export function JobRow({ job, span, trial, onTry, onGiveUp }: JobRowProps) {
  const { id, state, planned, ran } = job
  const slack = slackOf(job)
  const deadlineMs = trial?.deadlineMs ?? job.deadlineMs
  const pieces = planned?.pieces ?? []
  const most = Math.max(1, ...[...ran, ...pieces].map(({ gpus }) => gpus))
  return (
    <li class="job-row">
      <span class="job-name">
        <strong>{id}</strong>
        <span class="quiet">
          {batch.states[state]}
          {slack && ` · ${batch.slack(spanOf(slack.endMs - slack.startMs))}`}
        </span>
      </span>
      <div class="track">
        {slack && <i class="slack" style={placeIn(span, slack)} />}
        {ran.map((piece) => (
          <Bar key={piece.startMs} piece={piece} most={most} span={span} kind="ran" />
        ))}
        {pieces.map((piece) => (
          <Bar key={piece.startMs} piece={piece} most={most} span={span} kind={state} />
        ))}
        {trial?.answer?.planned?.pieces.map((piece) => (
          <Bar key={piece.startMs} piece={piece} most={most} span={span} kind="tried" />
        ))}
        <DeadlineHandle
          job={id}
          span={span}
          deadlineMs={deadlineMs}
          tried={trial !== undefined}
          onMove={(atMs) => onTry(job, atMs)}
          onGiveUp={onGiveUp}
        />
      </div>
    </li>
  )
}

interface BarProps {
  readonly piece: Piece
  /** GPUs that fill the height of a row. */
  readonly most: number
  readonly span: Span
  readonly kind: BatchJob['state'] | 'ran' | 'tried'
}

function Bar({ piece, most, span, kind }: BarProps) {
  const { startMs, endMs, gpus } = piece
  if (endMs <= span.startMs || startMs >= span.endMs) return null
  return (
    <i
      class={`job-bar job-bar-${kind}`}
      title={batch.piece(gpus, weekdayClockOf(startMs), weekdayClockOf(endMs))}
      style={{ ...placeIn(span, piece), height: `${28 + 44 * (gpus / most)}%` }}
    />
  )
}

const placeIn = (span: Span, { startMs, endMs }: Span) => {
  const left = shareOf(span, startMs)
  return { left: `${left * 100}%`, width: `${(shareOf(span, endMs) - left) * 100}%` }
}
