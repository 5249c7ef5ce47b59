import { rm } from 'node:fs/promises'
import { startServers } from '../../infra/bootstrap/servers.mjs'
import { freshFolder } from '../support/engines.ts'
import { startApiProcess } from './service/api-process.ts'
import { flood } from './service/flood.ts'
import { overload, peakOf } from './service/overload.ts'

/**
 * Asks the API over the embedded database, or PostgreSQL, in a process of its own, far more than it can answer: of a
 * body that is looked through and refused, and of a list that asks the database. First by 32
 * connections that ask again at once, which is its peak; then by `TIMES` as many of them (a closed
 * loop, as wrk has it); then, by `CONNECTIONS`, at `TIMES` the peak's rate, answered or not (an open
 * loop). There good are the answers within a second of the instant at which their question was due.
 *
 *   npm run bench:overload   # SECONDS=5 TIMES=5 CONNECTIONS=1000 ENGINE=postgres ONLY=validation PROFILE=folder
 *
 * `PROFILE` has the service's processor time written into that folder.
 */
const SECONDS = Number(process.env.SECONDS ?? 5)
const TIMES = Number(process.env.TIMES ?? 5)
const CONNECTIONS = Number(process.env.CONNECTIONS ?? 1000)
const { ENGINE = 'embedded', ONLY, PROFILE } = process.env
const PEAK_CONNECTIONS = 32
const IN_TIME_MS = 1_000

const servers = ENGINE === 'postgres' ? await startServers() : undefined
const databaseUrl = process.env.TEST_DATABASE_URL ?? servers?.env.TEST_DATABASE_URL
const home = await freshFolder()
const place = { home, ...(servers && { databaseUrl: databaseUrl! }) }
const service = await startApiProcess(
  place,
  PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${PROFILE}`] : [],
)
const headers = { authorization: `Bearer ${service.key}` }
const QUESTIONS = {
  // Wrong in its last field: read, looked at whole, and refused.
  validation: {
    expected: 400,
    url: `${service.url}/v1/plans:simulate`,
    method: 'POST' as const,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ demandScale: 2, horizonHours: 'a day' }),
  },
  database: {
    expected: 200,
    url: `${service.url}/v1/plans?limit=1`,
    method: 'GET' as const,
    headers,
  },
}

const found: Record<string, object> = {}
for (const [name, { expected, ...question }] of Object.entries(QUESTIONS)) {
  if (ONLY !== undefined && ONLY !== name) continue
  service.forgetMemory()
  const peak = await peakOf(question, expected, SECONDS)
  const peakMb = service.mostRssMb()
  const closed = await overload(question, expected, {
    seconds: SECONDS,
    connections: TIMES * PEAK_CONNECTIONS,
    peakPerSecond: peak.rps,
  })
  const closedMb = service.mostRssMb()
  const open = await flood({
    ...question,
    expected,
    connections: CONNECTIONS,
    ratePerSecond: TIMES * peak.rps,
    seconds: SECONDS,
    inTimeMs: IN_TIME_MS,
  })
  found[name] = {
    peak: { perSecond: peak.rps, p99Ms: peak.p99Ms, mostRssMb: peakMb },
    closedLoop: { ...closed, mostRssMb: closedMb },
    openLoop: {
      connections: CONNECTIONS,
      ...open,
      goodToPeakRatio: Number((open.inTime / SECONDS / peak.rps).toFixed(3)),
      mostRssMb: service.mostRssMb(),
    },
  }
}
await service.end()
await servers?.stop()
await rm(home, { recursive: true, force: true })
console.log(JSON.stringify({ bench: 'overload', engine: ENGINE, times: TIMES, ...found }))
