import { type Admission, admitJob, type BatchJob, holdGpus, untouched } from '../batch/index.ts'
import type { DeferredJob, DeferredJobStore, JobRequest, WrongLine } from '../deferred/index.ts'
import { type FieldIssue, InvalidInput } from '../domain/errors.ts'
import { type BatchDesk, type BatchPorts, openBatchDesk } from './batch-desk.ts'
import { frameJob } from './frame-job.ts'

export interface SubmitPorts extends Omit<BatchPorts, 'jobs' | 'pace'> {
  readonly jobs: Pick<DeferredJobStore, 'active' | 'add' | 'get'>
  readonly newId: () => string
}

/** The answer to one job: promised and when, why not, or what is wrong with it. */
export type JobAnswer =
  | ({ readonly id: string } & (
      | (Extract<Admission, { status: 'feasible' }> & { readonly job: BatchJob })
      | Extract<Admission, { status: 'infeasible' }>
      | { readonly status: 'known' }
    ))
  | {
      readonly status: 'refused'
      /** Undefined where it could not even be read. */
      readonly id?: string
      readonly words: string
      readonly issues: readonly FieldIssue[]
    }

/** What comes in: a job, or what is wrong with the line that should have been one. */
export type Asked = JobRequest | WrongLine

/** So many are written at once: few enough to answer soon, enough to be quick. */
const CHUNK = 500

/**
 * Takes jobs as they come and answers each at once, in their order: those before hold what they were
 * promised. Only promised jobs are kept. An id that is known already is answered `known` and changes
 * nothing, so a stream that broke can be sent again.
 */
export async function* submitJobs(
  ports: SubmitPorts,
  requests: AsyncIterable<Asked> | Iterable<Asked>,
): AsyncGenerator<JobAnswer> {
  const desk = await openBatchDesk(ports)
  const endsMs = new Map<string, number>()
  for (const one of await ports.jobs.active()) {
    endsMs.set(one.job.id, expectedEndMs(one))
    const { job, placement } = one
    if (placement) holdGpus(job, placement, desk)
  }
  const counter = { ports, desk, endsMs }
  let chunk: Taken[] = []
  for await (const asked of requests) {
    chunk.push(await take(counter, asked))
    if (chunk.length < CHUNK) continue
    yield* keep(ports, chunk)
    chunk = []
  }
  yield* keep(ports, chunk)
}

/** When a job is planned to end, or where nothing is planned, has to. */
export const expectedEndMs = ({ job, placement }: DeferredJob): number =>
  placement?.pieces.at(-1)?.endMs ?? job.deadline.atMs

interface Counter {
  readonly ports: SubmitPorts
  readonly desk: BatchDesk
  /** Of jobs that have not ended, those of this stream included: when they are expected to. */
  readonly endsMs: Map<string, number>
}

interface Taken {
  readonly answer: JobAnswer
  readonly promised?: DeferredJob
}

async function take(counter: Counter, asked: Asked): Promise<Taken> {
  if ('wrong' in asked) {
    const { wrong, id } = asked
    return { answer: { ...(id !== undefined && { id }), ...refused(wrong) } }
  }
  const { ports, desk, endsMs } = counter
  const id = asked.id ?? ports.newId()
  if (endsMs.has(id)) return { answer: { id, status: 'known' } }
  try {
    const job = await startingAfter(counter, framed(counter, asked, id))
    const admission = admitJob(job, desk)
    if (admission.status === 'infeasible') return { answer: { id, ...admission } }
    const { placement } = admission
    const progress = untouched(job)
    holdGpus(job, placement, desk)
    endsMs.set(id, placement.pieces.at(-1)!.endMs)
    const atMs = { submittedAtMs: desk.nowMs, plannedAtMs: desk.nowMs }
    const promised: DeferredJob = { job, state: 'waiting', progress, placement, ran: [], ...atMs }
    return { answer: { id, job, ...admission }, promised }
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    return { answer: { id, ...refused(error) } }
  }
}

function framed({ ports, desk }: Counter, request: JobRequest, id: string): BatchJob {
  const { tenant, gpuWatts } = ports
  const { nowMs, places, points } = desk
  const pointsOf = (model: string) => points.get(model) ?? []
  return frameJob(request, { id, tenant, nowMs, places, gpuWatts, pointsOf })
}

/** Whoever is waited for has to be there first, so that nobody can wait in a circle. */
async function startingAfter({ ports, endsMs }: Counter, job: BatchJob): Promise<BatchJob> {
  let { earliestStartMs } = job
  for (const [index, id] of job.after.entries()) {
    const endMs = endsMs.get(id)
    if (endMs === undefined && !(await ports.jobs.get(id))) {
      const issue = { path: `/after/${index}`, message: 'is no job that was handed in' }
      throw new InvalidInput(`${issue.path} ${issue.message}`, [issue])
    }
    earliestStartMs = Math.max(earliestStartMs, endMs ?? 0)
  }
  return { ...job, earliestStartMs }
}

const refused = ({ message, issues }: InvalidInput): Extract<JobAnswer, { status: 'refused' }> => ({
  status: 'refused',
  words: message,
  issues,
})

async function* keep({ jobs }: SubmitPorts, chunk: readonly Taken[]): AsyncGenerator<JobAnswer> {
  const promised = chunk.flatMap((one) => one.promised ?? [])
  const added = new Set(promised.length > 0 ? await jobs.add(promised) : [])
  for (const { answer, promised } of chunk) {
    const ended = promised !== undefined && !added.has(promised.job.id)
    yield ended ? { id: promised.job.id, status: 'known' } : answer
  }
}
