import { setTimeout as pause } from 'node:timers/promises'

export interface ReadersReport {
  readonly reads: number
  /** Reads of the current plan that were not answered with one. */
  readonly readsFailed: number
  /** Of those answered, how many said that they came from memory alone. */
  readonly readsFromMemory: number
  readonly slowestReadMs: number
  readonly saidNotReady: number
}

const EVERY_MS = 250

/** Reads the current plan and the readiness a few times a second, as clients and probes would. */
export async function readWhile(url: string, work: () => Promise<void>): Promise<ReadersReport> {
  let over = false
  const report = { reads: 0, readsFailed: 0, readsFromMemory: 0, slowestReadMs: 0, saidNotReady: 0 }
  const reading = (async () => {
    while (!over) {
      const startMs = performance.now()
      const answer = await fetch(`${url}/v1/plans/current`)
      await answer.arrayBuffer()
      report.reads++
      if (!answer.ok) report.readsFailed++
      if (answer.headers.get('warning')?.startsWith('110')) report.readsFromMemory++
      report.slowestReadMs = Math.max(report.slowestReadMs, Math.round(performance.now() - startMs))
      const probe = await fetch(`${url}/readyz`)
      await probe.arrayBuffer() // an answer left unread holds its connection
      if (probe.status === 503) report.saidNotReady++
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
