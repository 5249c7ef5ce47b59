import { until } from '../../support/service-process.ts'

const PROBE_MS = 2_000

/** Waits for what a service does next, and notes whether its newest plan ever went back. */
export function planWatch(url: string, patienceMs: number) {
  let newest = 0
  let backwards = 0
  let readiness = 'nothing'

  async function version(): Promise<number> {
    const answer = await fetch(`${url}/v1/plans?limit=1`)
    const body = await answer.text() // read in any case: an answer left unread holds its connection
    if (!answer.ok) return newest
    const { items } = JSON.parse(body) as { items: { version: number }[] }
    const found = items[0]?.version ?? 0
    if (found < newest) backwards++
    newest = Math.max(newest, found)
    return newest
  }

  async function ready(): Promise<boolean> {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(PROBE_MS) })
    readiness = await answer.text()
    return answer.status === 200
  }

  async function tookMs(look: () => Promise<boolean>, what: string): Promise<number> {
    const startMs = performance.now()
    await until(look, what, patienceMs).catch((error: Error) => {
      throw new Error(`${error.message}; the service said last: ${readiness}`)
    })
    return Math.round(performance.now() - startMs)
  }

  return {
    backwards: () => backwards,
    /** How long until it says that it is ready, ms. */
    readyMs: () => tookMs(() => ready().catch(() => false), 'readiness'),
    /** How long until a plan came that was not there before, ms. */
    async nextMs(): Promise<number> {
      const before = await version()
      return tookMs(async () => (await version()) > before, 'the next plan')
    },
  }
}
