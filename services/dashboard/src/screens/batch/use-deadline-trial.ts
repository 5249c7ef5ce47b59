import { useEffect, useRef, useState } from 'preact/hooks'
import { answered, api } from '../../api/client.ts'
import { Failure } from '../../api/failure.ts'
import type { BatchAnswer, BatchJob } from '../../figures/gantt.ts'

/** A deadline that somebody tries on a job. */
export interface DeadlineTrial {
  readonly job: BatchJob
  readonly deadlineMs: number
  /** Undefined while it is being asked. */
  readonly answer?: BatchAnswer
  readonly failure?: Failure
}

/** So long after the last movement the service is asked. */
const SETTLED_MS = 200

/**
 * One job's deadline as it is dragged; the service says what it would mean, and nothing is changed.
 *
 * @returns the trial, if there is one, how to move it, and how to give it up
 */
export function useDeadlineTrial(): readonly [
  DeadlineTrial | undefined,
  (job: BatchJob, deadlineMs: number) => void,
  () => void,
] {
  const [trial, setTrial] = useState<DeadlineTrial>()
  const latest = useRef<DeadlineTrial>()
  const timer = useRef<ReturnType<typeof setTimeout>>()
  useEffect(() => () => clearTimeout(timer.current), [])

  const show = (next: DeadlineTrial | undefined) => {
    latest.current = next
    setTrial(next)
  }
  const ask = async (asked: DeadlineTrial) => {
    const outcome = await outcomeOf(asked)
    if (latest.current === asked) show({ ...asked, ...outcome })
  }
  const move = (job: BatchJob, deadlineMs: number) => {
    clearTimeout(timer.current)
    const asked = { job, deadlineMs }
    show(asked)
    timer.current = setTimeout(() => void ask(asked), SETTLED_MS)
  }
  const giveUp = () => {
    clearTimeout(timer.current)
    show(undefined)
  }
  return [trial, move, giveUp]
}

async function outcomeOf({
  job: { id },
  deadlineMs,
}: DeadlineTrial): Promise<Pick<DeadlineTrial, 'answer' | 'failure'>> {
  const options = { params: { path: { id } }, body: { deadlineMs } }
  try {
    return { answer: await answered(api.POST('/v1/batch/jobs/{id}/simulate', options)) }
  } catch (error) {
    return { failure: error instanceof Failure ? error : new Failure('wrong', String(error)) }
  }
}
