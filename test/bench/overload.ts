import { embeddedEngine } from '../support/engines.ts'
import { apiUnderTest } from './service/api-under-test.ts'
import { flood } from './service/flood.ts'
import { shoot } from './service/shoot.ts'

/**
 * Asks the API over the embedded database far more than it can answer: first by 32 connections that ask
 * again at once, which is its peak, then `TIMES` as often, answered or not. Of a body that is looked
 * through and refused, and of a list that asks the database. Good are the answers within a second of the
 * instant at which their question was due.
 *
 *   npm run bench:overload   # SECONDS=5 TIMES=5 CONNECTIONS=1000
 */
const SECONDS = Number(process.env.SECONDS ?? 5)
const TIMES = Number(process.env.TIMES ?? 5)
const CONNECTIONS = Number(process.env.CONNECTIONS ?? 1000)
const PEAK_CONNECTIONS = 32
const IN_TIME_MS = 1_000
const LOOK_MS = 50

const { db, destroy } = await embeddedEngine.open()
const { app, key } = await apiUnderTest(db)
const url = await app.listen({ host: '127.0.0.1', port: 0 })
const headers = { authorization: `Bearer ${key}` }
const QUESTIONS = {
  // Wrong in its last field: read, looked at whole, and refused.
  validation: {
    expected: 400,
    url: `${url}/v1/plans:simulate`,
    method: 'POST' as const,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ demandScale: 2, horizonHours: 'a day' }),
  },
  database: {
    expected: 200,
    url: `${url}/v1/plans?limit=1`,
    method: 'GET' as const,
    headers,
  },
}

const found: Record<string, object> = {}
for (const [name, { expected, ...question }] of Object.entries(QUESTIONS)) {
  const few = { ...question, connections: PEAK_CONNECTIONS }
  await shoot({ ...few, duration: 2 }, expected) // warms up
  const peak = await shoot({ ...few, duration: SECONDS }, expected)
  let mostRssBytes = 0
  const looking = setInterval(() => {
    mostRssBytes = Math.max(mostRssBytes, process.memoryUsage.rss())
  }, LOOK_MS)
  const counts = await flood({
    ...question,
    expected,
    connections: CONNECTIONS,
    ratePerSecond: TIMES * peak.rps,
    seconds: SECONDS,
    inTimeMs: IN_TIME_MS,
  })
  clearInterval(looking)
  found[name] = {
    peakPerSecond: peak.rps,
    peakP99Ms: peak.p99Ms,
    ...counts,
    goodToPeakRatio: Number((counts.inTime / SECONDS / peak.rps).toFixed(3)),
    mostRssMb: Math.round(mostRssBytes / 2 ** 20),
  }
}
await app.close()
await destroy()
console.log(JSON.stringify({ bench: 'overload', times: TIMES, connections: CONNECTIONS, ...found }))
