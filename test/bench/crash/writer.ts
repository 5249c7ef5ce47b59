import { setTimeout as pause } from 'node:timers/promises'

/** One change that was asked for. */
interface Write {
  readonly kind: 'job' | 'key' | 'slot'
  readonly nth: number
}

const EVERY_MS = 100
const PATIENCE_MS = 10_000
/** One that may have been begun is refused under its key for a while. */
const AGAIN_EVERY = 20
const HOUR_MS = 3_600_000
export const SLOT_MS = 5 * 60_000
const KINDS = ['job', 'key', 'slot'] as const

export const jobId = (nth: number) => `job-${nth}`
export const keyLabel = (nth: number) => `key-${nth}`

/**
 * Somebody who goes on handing in jobs, making keys and pushing forecasts, whoever answers; what was
 * not answered is asked for again, under its key, until it is.
 *
 * @param firstSlotMs where the first pushed slot starts; each is the one after the last
 */
export function startWriter(firstSlotMs: number) {
  const accepted: Write[] = []
  const wrong: Record<string, number> = {}
  let unanswered: Write[] = []
  let asked = 0

  function requestOf({ kind, nth }: Write): [path: string, method: string, body: object] {
    if (kind === 'job') {
      const job = { id: jobId(nth), gpuHours: 0.1, gpu: 'H100', gpus: [1] }
      // Asked again, it has to be the same to the letter.
      return ['/v1/batch/jobs', 'POST', { ...job, deadlineMs: firstSlotMs + 12 * HOUR_MS }]
    }
    if (kind === 'key') return ['/v1/keys', 'POST', { label: keyLabel(nth), scopes: ['read'] }]
    const startMs = firstSlotMs + nth * SLOT_MS
    const slots = [{ startMs, endMs: startMs + SLOT_MS, tokensPerSecond: 12_000 }]
    const push = { kind: 'forecast', origin: 'europe', slots }
    return ['/v1/models/assistant/demand', 'PUT', push]
  }

  async function ask(url: string, write: Write): Promise<boolean> {
    const [path, method, body] = requestOf(write)
    const headers = {
      'content-type': 'application/json',
      ...(method === 'POST' && { 'idempotency-key': `${write.kind}-${write.nth}` }),
    }
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const answer = await fetch(url + path, { method, headers, body: JSON.stringify(body), signal })
    const text = await answer.text()
    // A key is shown once: whoever asks again hears that it was made.
    const isDone = answer.status === 409 && text.includes('this was done already')
    if (!isDone && (answer.status >= 500 || answer.status === 409)) return false
    if (!answer.ok && !isDone) note(`${write.kind} ${answer.status} ${text.slice(0, 200)}`)
    else if (write.kind !== 'job' || JSON.parse(text).status === 'feasible') accepted.push(write)
    return true
  }
  async function askOnce(url: string, write: Write): Promise<void> {
    if (!(await ask(url, write).catch(() => false))) unanswered.push(write)
  }
  async function askAgain(url: string): Promise<number> {
    const again = unanswered
    unanswered = []
    for (const write of again) await askOnce(url, write)
    return unanswered.length
  }
  const note = (what: string) => {
    wrong[what] = (wrong[what] ?? 0) + 1
  }

  return {
    accepted: accepted as readonly Write[],
    /** Answers that nobody should get, and how often. */
    wrong: wrong as Readonly<Record<string, number>>,
    /** Asks for what was not answered. @returns how much of it still is not */
    askAgain,
    /** Writes to the service at that address until it is told to stop, or nobody answers any more. */
    writeTo(url: string): () => Promise<void> {
      let over = false
      const writing = (async () => {
        for (let round = 1; !over; round++) {
          if (round % AGAIN_EVERY === 0) await askAgain(url)
          const nth = Math.floor(asked / KINDS.length)
          await askOnce(url, { kind: KINDS[asked++ % KINDS.length]!, nth })
          await pause(EVERY_MS)
        }
      })()
      return async () => {
        over = true
        await writing
      }
    },
  }
}
