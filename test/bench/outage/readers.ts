import { setTimeout as pause } from 'node:timers/promises'

export interface ReadersReport {
  readonly reads: number
  /** Reads of the current plan that were not answered with one. */
  readonly readsFailed: number
  /** Of those, how many had no answer in time. */
  readonly readsHung: number
  /** Of those answered, how many said that they came from memory alone. */
  readonly readsFromMemory: number
  readonly slowestReadMs: number
  readonly saidNotReady: number
}

const EVERY_MS = 250
/** No answer after that is a hang. */
const PATIENCE_MS = 5_000

/** Reads the current plan and the readiness a few times a second, as clients and probes would. */
export async function readWhile(url: string, work: () => Promise<void>): Promise<ReadersReport> {
  let over = false
  const report = {
    reads: 0,
    readsFailed: 0,
    readsHung: 0,
    readsFromMemory: 0,
    slowestReadMs: 0,
    saidNotReady: 0,
  }
  const ask = async (path: string) => {
    const answer = await fetch(url + path, { signal: AbortSignal.timeout(PATIENCE_MS) })
    await answer.arrayBuffer() // an answer left unread holds its connection
    return answer
  }
  async function read(): Promise<void> {
    report.reads++
    try {
      const { ok, headers } = await ask('/v1/plans/current')
      if (!ok) report.readsFailed++
      if (headers.get('warning')?.startsWith('110')) report.readsFromMemory++
    } catch {
      report.readsFailed++
      report.readsHung++
    }
  }
  async function probe(): Promise<void> {
    const answer = await ask('/readyz').catch(() => undefined)
    if (answer?.status === 503) report.saidNotReady++
  }
  const reading = (async () => {
    while (!over) {
      const startMs = performance.now()
      await read()
      report.slowestReadMs = Math.max(report.slowestReadMs, Math.round(performance.now() - startMs))
      await probe()
      await pause(EVERY_MS)
    }
  })()
  try {
    await work()
  } finally {
    over = true
  }
  await reading
  return report
}
