import { msFromSeconds } from '../domain/units.ts'
import { type RequestBatch, resultLine } from '../requests/index.ts'
import type { RequestPorts } from './request-ports.ts'

const PAGE = 20
const DAY_MS = 86_400_000
const KEPT_MS = 30 * DAY_MS

/**
 * Writes what came of a batch into its files and ends it. The names of the files follow from the
 * batch's, so doing it again after a crash writes the same files over.
 *
 * @returns false where somebody else ended it
 */
export async function finishBatch(ports: RequestPorts, batch: RequestBatch): Promise<boolean> {
  const { batches, jobs, nowMs } = ports
  const { id, status, deadlineAtMs } = batch
  const cancelled = status === 'cancelling'
  if (cancelled) await batches.settleOpen(id, CANCELLED)
  const outputFile = await writeFile(ports, batch, 'completed')
  const errorFile = await writeFile(ports, batch, 'failed')
  const endMs = nowMs()
  const expired = (batch.times.finalizing ?? 0) >= deadlineAtMs
  const end = cancelled ? 'cancelled' : expired ? 'expired' : 'completed'
  if (cancelled || expired) await ports.cancelJob(id)
  else await jobs.report(id, 0, batch.times.finalizing ?? endMs)
  return batches.move(id, status, end, endMs, {
    ...(outputFile !== undefined && { outputFile }),
    ...(errorFile !== undefined && { errorFile }),
  })
}

const CANCELLED = {
  code: 'batch_cancelled',
  message: 'The batch was cancelled before this request was executed.',
}

/** @returns the id of the file; undefined where there is nothing to write */
async function writeFile(
  { batches, files, nowMs }: RequestPorts,
  { id, ask }: RequestBatch,
  state: 'completed' | 'failed',
): Promise<string | undefined> {
  const [first] = await batches.settled(id, state, 0, 1)
  if (!first) return undefined
  const kind = state === 'completed' ? 'output' : 'errors'
  const livesMs =
    ask.outputLivesSeconds === undefined ? KEPT_MS : msFromSeconds(ask.outputLivesSeconds)
  const createdAtMs = nowMs()
  const file = await files.write(
    {
      id: `file-${id.slice('batch_'.length)}-${kind}`,
      name: `${id}_${kind}.jsonl`,
      purpose: 'batch_output',
      createdAtMs,
    },
    contentOf(),
    async () => createdAtMs + livesMs,
  )
  return file.id

  async function* contentOf(): AsyncGenerator<Uint8Array> {
    const encoder = new TextEncoder()
    for (let after = 0; ; ) {
      const page = await batches.settled(id, state, after, PAGE)
      for (const line of page) yield encoder.encode(resultLine(id, line))
      if (page.length < PAGE) return
      after = page.at(-1)!.number
    }
  }
}
