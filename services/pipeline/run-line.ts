import { UpstreamMalformed, UpstreamRefused, UpstreamUnavailable } from '../domain/errors.ts'
import { msFromSeconds } from '../domain/units.ts'
import type {
  HeldLine,
  LineResult,
  ModelAnswer,
  ModelEndpoint,
  RequestBatch,
} from '../requests/index.ts'
import type { RequestPorts } from './request-ports.ts'

const MOST_TRIES = 8
const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 60_000

/**
 * One try at one request: asks the model and writes the answer down, or gives the line back. A line
 * that was aborted is given back as if it had never been tried.
 *
 * @throws UpstreamUnavailable where the store is away; the lease then runs out by itself
 */
export async function runLine(
  ports: RequestPorts,
  { ask: { inputFile, endpoint: path } }: RequestBatch,
  line: HeldLine,
  endpoint: ModelEndpoint,
  abort: AbortSignal,
): Promise<void> {
  const { files, batches, nowMs } = ports
  try {
    const { body } = await requestOf(files.read(inputFile, line))
    const answer = await endpoint.ask(path, body, abort)
    await batches.settle(line, answer.status < 300 ? 'completed' : 'failed', resultOf(answer))
  } catch (error) {
    if (abort.aborted) {
      await batches.release(line, { notBeforeMs: 0, failed: false })
    } else if (isUpstream(error)) {
      await tryAgain(ports, line, error, nowMs())
    } else throw error
  }
}

type Upstream = UpstreamUnavailable | UpstreamMalformed | UpstreamRefused
const isUpstream = (error: unknown): error is Upstream =>
  error instanceof UpstreamUnavailable ||
  error instanceof UpstreamMalformed ||
  error instanceof UpstreamRefused

async function tryAgain(
  { batches }: RequestPorts,
  line: HeldLine,
  { code, message, retryAfterSeconds }: Upstream,
  nowMs: number,
): Promise<void> {
  if (line.tries + 1 >= MOST_TRIES) {
    const error = { code: code.toLowerCase(), message: `${message}, ${MOST_TRIES} times` }
    await batches.settle(line, 'failed', { response: null, error })
    return
  }
  const backOffMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** line.tries)
  const waitMs = Math.max(backOffMs, msFromSeconds(retryAfterSeconds ?? 0))
  await batches.release(line, { notBeforeMs: nowMs + waitMs, failed: true })
}

const resultOf = ({ status, requestId, body }: ModelAnswer): LineResult => ({
  response: { status_code: status, request_id: requestId, body },
  error: null,
})

/** The line was looked at when its batch was checked, and files never change. */
async function requestOf(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ readonly body: Readonly<Record<string, unknown>> }> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of chunks) text += decoder.decode(chunk, { stream: true })
  return JSON.parse(text + decoder.decode())
}
