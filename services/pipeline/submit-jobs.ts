import { type Admission, admitJob, type BatchJob, holdGpus, untouched } from '../batch/index.ts'
import type { DeferredJob, DeferredJobStore, JobRequest, WrongLine } from '../deferred/index.ts'
import { type FieldIssue, InvalidInput } from '../domain/errors.ts'
import { type BatchDesk, type BatchPorts, openBatchDesk } from './batch-desk.ts'
import { frameJob } from './frame-job.ts'
import { inChunks } from './in-chunks.ts'

export interface SubmitPorts extends Omit<BatchPorts, 'jobs' | 'pace'> {
  readonly jobs: Pick<DeferredJobStore, 'active' | 'add' | 'get' | 'newest'>
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
/** Whoever sends a line and waits for its answer has it after this. */
const WITHIN_MS = 50

/**
 * Takes jobs as they come and answers each at once, in their order: those before hold what they were
 * promised. Only promised jobs are kept, and only where nobody else was promised anything since what
 * is held was looked at: else it is looked at again. An id that is known already is answered `known` and changes
 * nothing, so a stream that broke can be sent again.
 */
export async function* submitJobs(
  ports: SubmitPorts,
  requests: AsyncIterable<Asked> | Iterable<Asked>,
): AsyncGenerator<JobAnswer> {
  let counter = await openCounter(ports)
  for await (const chunk of inChunks(requests, CHUNK, WITHIN_MS)) {
    let left = chunk
    let most = CHUNK
    while (left.length > 0) {
      const taken: Taken[] = []
      for (const asked of left.slice(0, most)) taken.push(await take(counter, asked))
      const answers = await keep(counter, taken)
      if (answers) {
        left = left.slice(taken.length)
        yield* answers
      } else {
        most = Math.ceil(taken.length / 2) // others are faster
        counter = await openCounter(ports)
      }
    }
  }
}

/** What is there, and who holds it. */
async function openCounter(ports: SubmitPorts): Promise<Counter> {
  const newest = await ports.jobs.newest() // first: better too old than too new
  const desk = await openBatchDesk(ports)
  const endsMs = new Map<string, number>()
  for (const one of await ports.jobs.active()) {
    endsMs.set(one.job.id, expectedEndMs(one))
    const { job, placement } = one
    if (placement) holdGpus(job, placement, desk)
  }
  return { ports, desk, endsMs, newest }
}

/** When a job is planned to end, or where nothing is planned, has to. */
export const expectedEndMs = ({ job, placement }: DeferredJob): number =>
  placement?.pieces.at(-1)?.endMs ?? job.deadline.atMs

interface Counter {
  readonly ports: SubmitPorts
  readonly desk: BatchDesk
  /** Of jobs that have not ended, those of this stream included: when they are expected to. */
  readonly endsMs: Map<string, number>
  /** Number of the newest job that is known of. */
  newest: number
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

/** @returns undefined, and nothing is kept, where others were promised something meanwhile */
async function keep(
  counter: Counter,
  chunk: readonly Taken[],
): Promise<readonly JobAnswer[] | undefined> {
  const promised = chunk.flatMap((one) => one.promised ?? [])
  if (promised.length === 0) return chunk.map(({ answer }) => answer)
  const added = await counter.ports.jobs.add(promised, counter.newest)
  if (!added) return undefined
  counter.newest = added.newest
  const ids = new Set(added.ids)
  return chunk.map(({ answer, promised }) => {
    const ended = promised !== undefined && !ids.has(promised.job.id)
    return ended ? { id: promised.job.id, status: 'known' } : answer
  })
}
