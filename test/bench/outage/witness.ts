import { setTimeout as pause } from 'node:timers/promises'

interface Fared {
  answered: number
  /** 503 with `Retry-After`. */
  refused: number
  /** Anything else: status, or the error of the connection -> how often. */
  readonly wrong: Record<string, number>
  slowestMs: number
}

const EVERY_MS = 250
/** No answer after that is a hang. */
const PATIENCE_MS = 10_000
const JOB_HOURS_MS = 6 * 3_600_000

/**
 * A client that goes on reading the current plan, asking for what needs the queue, and handing jobs
 * in; it counts what was neither answered nor refused as it should be, and remembers what was accepted.
 */
export function watchService(url: string) {
  let over = false
  const fresh = (): Fared => ({ answered: 0, refused: 0, wrong: {}, slowestMs: 0 })
  const fared = { currentPlan: fresh(), queue: fresh(), jobs: fresh(), plans: fresh() }
  const acceptedJobs: string[] = []
  const seenVersions = new Set<number>()

  async function ask(how: Fared, path: string, init: RequestInit = {}): Promise<unknown> {
    const startMs = performance.now()
    try {
      const answer = await fetch(url + path, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) })
      const body = await answer.text()
      if (answer.ok) {
        how.answered++
        return JSON.parse(body)
      }
      if (answer.status === 503 && answer.headers.has('retry-after')) how.refused++
      else note(how, String(answer.status))
    } catch (error) {
      const { name, cause } = error as Error & { cause?: NodeJS.ErrnoException }
      note(how, cause?.code ?? name)
    } finally {
      how.slowestMs = Math.max(how.slowestMs, Math.round(performance.now() - startMs))
    }
    return undefined
  }

  async function handIn(): Promise<void> {
    const id = `job-${Date.now()}`
    const job = { id, gpuHours: 0.1, gpu: 'H100', gpus: [1], deadlineMs: Date.now() + JOB_HOURS_MS }
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const answer = await ask(fared.jobs, '/v1/batch/jobs', { ...init, body: JSON.stringify(job) })
    // One that cannot be promised is answered too, and not kept.
    if ((answer as { status?: string } | undefined)?.status === 'feasible') acceptedJobs.push(id)
  }

  const asking = (async () => {
    for (let round = 0; !over; round++) {
      await ask(fared.currentPlan, '/v1/plans/current')
      await ask(fared.queue, '/v1/queue')
      if (round % 16 === 0) await handIn()
      const plans = await ask(fared.plans, '/v1/plans?limit=1')
      for (const { version } of (plans as { items: { version: number }[] } | undefined)?.items ??
        [])
        seenVersions.add(version)
      await pause(EVERY_MS)
    }
  })()

  /** How many of what was accepted or shown is not there now. */
  async function lost(paths: readonly string[]): Promise<number> {
    let gone = 0
    for (const path of paths) if (!(await ask(fresh(), path))) gone++
    return gone
  }

  return {
    fared,
    /** To be called once all is back: stops asking, and looks for all that was promised. */
    async end() {
      over = true
      await asking
      return {
        acceptedJobs: acceptedJobs.length,
        lostJobs: await lost(acceptedJobs.map((id) => `/v1/batch/jobs/${id}`)),
        plansSeen: seenVersions.size,
        lostPlans: await lost([...seenVersions].map((version) => `/v1/plans/${version}`)),
      }
    },
  }
}

function note(how: Fared, outcome: string): void {
  how.wrong[outcome] = (how.wrong[outcome] ?? 0) + 1
}
