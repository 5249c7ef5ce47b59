import type { JobRequest } from '../deferred/index.ts'
import { type BatchIssue, type Findings, type RequestBatch, readLines } from '../requests/index.ts'
import type { RequestPorts } from './request-ports.ts'

/**
 * Reads a batch's file, and has the batch promised as a deferrable job of the same id: then it is in
 * progress. A batch that cannot be promised, or a file with a mistake, fails before anything ran.
 * Doing it again after a crash does no harm.
 */
export async function checkBatch(ports: RequestPorts, batch: RequestBatch): Promise<void> {
  const { batches, nowMs } = ports
  const { issues, model, tokens } = await read(ports, batch)
  // A model is fitted soon after a start: the batch is looked at again with the next beat.
  if (issues.length === 0 && !(await ports.fitted(model!))) return
  const forbidden = issues.length > 0 ? issues : await promised(ports, batch, model!, tokens)
  if (forbidden.length > 0) {
    await batches.move(batch.id, 'validating', 'failed', nowMs(), { errors: forbidden })
    return
  }
  const begun = await batches.move(batch.id, 'validating', 'in_progress', nowMs(), {
    model: model!,
  })
  // Cancelled meanwhile: nothing will run.
  if (!begun) await ports.jobs.cancel(batch.id)
}

async function read(
  { files, batches, endpoints, usualTokens }: RequestPorts,
  { id, ask }: RequestBatch,
): Promise<Findings & { readonly tokens: number }> {
  const usual = await usualTokens()
  const served = new Set(endpoints.map(({ model }) => model))
  const expected = {
    endpoint: ask.endpoint,
    usualTokens: (model: string) => (served.has(model) ? usual.get(model) : undefined),
  }
  const findings: Findings = { issues: [], model: undefined, requests: 0 }
  await batches.setLines(id, readLines(files.read(ask.inputFile), expected, findings))
  const { tokens } = await batches.left(id)
  return { ...findings, tokens }
}

async function promised(
  { promise, endpoints }: RequestPorts,
  { id, deadlineAtMs }: RequestBatch,
  model: string,
  tokens: number,
): Promise<readonly BatchIssue[]> {
  const those = endpoints.filter((one) => one.model === model)
  const everywhere = those.some(({ region }) => region === undefined)
  const regions = [...new Set(those.flatMap(({ region }) => region ?? []))]
  const job: JobRequest = {
    id,
    model,
    tokens,
    deadlineMs: deadlineAtMs,
    maxReplicas: Math.max(...those.map(({ mostReplicas }) => mostReplicas)),
    reported: true,
    ...(!everywhere && { regions }),
  }
  const answer = await promise(job)
  switch (answer.status) {
    case 'infeasible':
      return [{ code: 'completion_window_infeasible', message: `Not by then: ${answer.words}.` }]
    case 'refused':
      return [{ code: 'not_schedulable', message: answer.words }]
    default: // promised now, or by the process that crashed here
      return []
  }
}
