/** One thing that happened; `gap` where some may be missing, since they are kept no more. */
export interface GridtideEvent {
  readonly id: number
  /** E.g. `plan.changed`. */
  readonly type: string
  readonly atMs: number
  readonly data: unknown
}

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000

/**
 * Reads a stream of server-sent events until `abort`, over any number of connections.
 *
 * @throws Error with the problem's words where the service refuses (4xx): asking again would not help
 */
export async function* followEvents(
  url: string,
  headers: Readonly<Record<string, string>>,
  lastEventId: number | undefined,
  abort: AbortSignal | undefined,
): AsyncGenerator<GridtideEvent> {
  let last = lastEventId
  let pauseMs = FIRST_PAUSE_MS
  while (!abort?.aborted) {
    try {
      for await (const { id, event } of blocksOf(await connect(url, headers, last, abort))) {
        last = id ?? last // where the stream begins is told before anything happens
        if (!event) continue
        pauseMs = FIRST_PAUSE_MS
        yield event
      }
    } catch (error) {
      if (error instanceof Refused) throw error
    }
    await pause(pauseMs, abort)
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
  }
}

/** @throws Refused where asking again would not help */
async function connect(
  url: string,
  headers: Readonly<Record<string, string>>,
  last: number | undefined,
  abort: AbortSignal | undefined,
): Promise<Response> {
  const resumed: Record<string, string> = { ...headers }
  if (last !== undefined) resumed['last-event-id'] = String(last)
  const answer = await fetch(url, { headers: resumed, ...(abort && { signal: abort }) })
  if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
    throw new Refused(`${answer.status}: ${await answer.text()}`)
  }
  if (!answer.ok || !answer.body) {
    await answer.body?.cancel() // or its connection would never be free again
    throw new Error(`answered ${answer.status}`)
  }
  return answer
}

class Refused extends Error {}

/** Ends early where `abort` is told, before or meanwhile. */
function pause(durationMs: number, abort: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      abort?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, durationMs)
    abort?.addEventListener('abort', done)
    if (abort?.aborted) done()
  })
}

interface Block {
  readonly id: number | undefined
  readonly event: GridtideEvent | undefined
}

async function* blocksOf(answer: Response): AsyncGenerator<Block> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true })
    const blocks = text.split('\n\n')
    text = blocks.pop()!
    for (const block of blocks) {
      const id = /^id: (\d+)$/m.exec(block)?.[1]
      const data = /^data: (.*)$/m.exec(block)?.[1]
      yield {
        id: id === undefined ? undefined : Number(id),
        event: data === undefined ? undefined : (JSON.parse(data) as GridtideEvent),
      }
    }
  }
}
