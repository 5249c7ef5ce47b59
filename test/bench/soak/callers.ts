const READS = ['/v1/plans/current', '/v1/plans?limit=5', '/v1/regions', '/metrics']
/** Every so many cycles something is handed in. */
const CHANGE_EVERY = 20
const HOUR_MS = 3_600_000
const json = { 'content-type': 'application/json' }

/**
 * What callers ask of the service in one cycle; now and then a job that may wait, and pushed traffic.
 *
 * @returns whether it said that it is ready: a machine with too much to do may be late to look
 * @throws where anything else is not answered as it should be
 */
export async function callService(url: string, cycle: number, nowMs: number): Promise<boolean> {
  for (const path of READS) await ask(url + path)
  if (cycle % CHANGE_EVERY === 0) await handIn(url, cycle, nowMs)
  const readiness = await fetch(`${url}/readyz`)
  await readiness.text() // left unread it holds its connection
  return readiness.ok
}

async function handIn(url: string, cycle: number, nowMs: number): Promise<void> {
  const job = { id: `job-${cycle}`, gpuHours: 0.1, gpu: 'H100', gpus: [1] }
  await ask(`${url}/v1/batch/jobs`, {
    method: 'POST',
    headers: { ...json, 'idempotency-key': `job-${cycle}` },
    body: JSON.stringify({ ...job, deadlineMs: nowMs + HOUR_MS }),
  })
  const startMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS
  const slots = [{ startMs, endMs: startMs + HOUR_MS, tokensPerSecond: 12_000 }]
  await ask(`${url}/v1/models/assistant/demand`, {
    method: 'PUT',
    headers: json,
    body: JSON.stringify({ kind: 'observed', origin: 'europe', slots }),
  })
}

async function ask(url: string, init?: RequestInit): Promise<void> {
  const answer = await fetch(url, init)
  const body = await answer.text() // left unread it holds its connection
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${body}`)
}
