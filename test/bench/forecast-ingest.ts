/**
 * How fast do forecasts go in and come out? `npm run bench:forecast-ingest`
 *
 * Zones are read as the service reads them, from a provider that answers at once: 150 zones x 72 h x
 * 5 min (129,600 points) are claimed, judged, cached and archived in embedded state. Then 30 zones
 * get history and ten archived issues, so that they blend, and are read warm on the path
 * of the API: by the desk, by HTTP, and from the database by a process that has nothing. The board
 * keeps looking for news meanwhile, as in the service. Values are a daily shape with noise. The last
 * line is JSON.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildApp } from '../../services/api/index.ts'
import type { CarbonSeries } from '../../services/domain/carbon-series.ts'
import { epochMs, gCo2PerKwh } from '../../services/domain/units.ts'
import { windowsFrom } from '../../services/domain/window.ts'
import { sqlArchive, sqlSeriesStore } from '../../services/grid/adapters/sql-store.ts'
import {
  type GridProvider,
  gridDesk,
  gridReader,
  LOOK_AGAIN_MS,
  type StoredSeries,
  zoneBoard,
} from '../../services/grid/index.ts'
import { openEmbedded } from '../../services/platform/database/embedded.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import { memoryPorts } from '../api/memory-ports.ts'
import { writeSection } from './write-section.ts'

const ZONES = 150
const POINTS = 72 * 12
const STEP_MS = 300_000
const READS = 1000
/** As many as a large fleet has; learning from their past takes longer than all the rest. */
const READ_ZONES = 30
const DAY_MS = 86_400_000
const PAST_DAYS = 10
const T0_MS = Date.parse('2026-03-01T00:00Z')

function forecast(zone: number, issuedAtMs = T0_MS): CarbonSeries {
  let walk = 0
  return {
    zone: `Z${zone}`,
    source: 'bench',
    signal: 'average',
    basis: 'lifecycle',
    issuedAtMs: epochMs(issuedAtMs),
    quality: 'forecast',
    slots: Array.from({ length: POINTS }, (_, index) => {
      const startMs = issuedAtMs + index * STEP_MS
      // A multiplicative congruential walk: the noise of a real five-minute forecast, and no more.
      walk =
        0.98 * walk + (((index * 16807 + zone * 48271 + issuedAtMs / STEP_MS) % 101) / 101 - 0.5)
      const shape = 400 - 150 * Math.sin((startMs / 86_400_000) * 2 * Math.PI)
      return {
        startMs: epochMs(startMs),
        endMs: epochMs(startMs + STEP_MS),
        carbonGPerKwh: gCo2PerKwh(Math.round((shape + 10 * walk) * 10) / 10),
      }
    }),
  }
}

/** Hours that the forecasts were nearly right about. */
function historyOf(zone: string): CarbonSeries {
  const fromMs = T0_MS - 18 * DAY_MS
  const hours = Array.from({ length: 18 * 24 }, (_, hour) => fromMs + hour * 3_600_000)
  return {
    ...forecast(0),
    zone,
    quality: 'live',
    slots: hours.map((startMs) => ({
      startMs: epochMs(startMs),
      endMs: epochMs(startMs + 3_600_000),
      carbonGPerKwh: gCo2PerKwh(410 - 140 * Math.sin((startMs / DAY_MS) * 2 * Math.PI)),
    })),
  }
}
const keyOf = (zone: string) => `forecast|bench|average|lifecycle|${zone}`

const measure = { signal: 'average', basis: 'lifecycle' } as const
const cycle = new Map(Array.from({ length: ZONES + 1 }, (_, zone) => [`Z${zone}`, forecast(zone)]))
const folder = await mkdtemp(join(tmpdir(), 'gridtide-bench-'))
const db = await openEmbedded(folder)
await migrate(db)
let calls = 0
const provider: GridProvider = {
  ...measure,
  name: 'bench',
  async forecast(zone) {
    calls++
    return cycle.get(zone)!
  },
}
/** A process of its own: nothing but the database is shared. */
const oneProcess = (source: GridProvider) =>
  gridReader({
    providers: [source],
    measure,
    store: sqlSeriesStore(db),
    archive: sqlArchive(db),
  })
const reader = oneProcess(provider)
await reader.readZone(`Z${ZONES}`, T0_MS) // warm up
const beforeBytes = process.memoryUsage().rss
const beforeCpu = process.cpuUsage()
const startedMs = performance.now()
for (let zone = 0; zone < ZONES; zone++) await reader.readZone(`Z${zone}`, T0_MS)
const ingestSeconds = (performance.now() - startedMs) / 1000
const { user, system } = process.cpuUsage(beforeCpu)
const providerCalls = calls - 1
const extraMb = (process.memoryUsage().rss - beforeBytes) / 2 ** 20

/** Milliseconds of each read, sorted. */
async function readTimes(
  read: (zone: string) => Promise<unknown>,
  reads = READS,
): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < reads; index++) {
    const atMs = performance.now()
    await read(`Z${index % READ_ZONES}`)
    times.push(performance.now() - atMs)
  }
  return times.sort((a, b) => a - b)
}
/** Warm: what a process has seen is enough, nothing is asked and no query made. */
const nowMs = () => T0_MS + Math.round(performance.now() - startedMs)
for (let zone = 0; zone < READ_ZONES; zone++) {
  for (let day = 1; day <= PAST_DAYS; day++) {
    const past = forecast(zone, T0_MS - day * DAY_MS)
    await sqlArchive(db).append(past)
  }
}
const withPast: GridProvider = { ...provider, history: async (zone) => historyOf(zone) }
const zones = [...cycle.keys()].slice(0, READ_ZONES)
const blending = oneProcess(withPast)
const board = zoneBoard({ reader: blending, zones, nowMs })
const trainedAtMs = performance.now()
await board.lookAgain()
const trainSeconds = (performance.now() - trainedAtMs) / 1000
const desk = gridDesk({
  board,
  archive: sqlArchive(db),
  sources: ['bench'],
  zones,
  measure,
  nowMs,
})
const looking = setInterval(() => void board.lookAgain(), LOOK_AGAIN_MS)
const windows = windowsFrom(T0_MS, 3_600_000, 72)
const first = (await desk.forecast('Z0', windows)).windows[0]!
if (first.quality !== 'blended') throw new Error(`expected blended values, got ${first.quality}`)
const beforeReads = process.cpuUsage()
const byDesk = await readTimes((zone) => desk.forecast(zone, windows), 10 * READS)
const readCpu = process.cpuUsage(beforeReads)
const app = await buildApp(
  { ...memoryPorts(), grid: desk },
  { version: '0', security: { mode: 'open', tenant: 'default' }, nowMs },
)
const url = await app.listen({ port: 0, host: '127.0.0.1' })
const byHttp = await readTimes(async (zone) => {
  const answer = await fetch(`${url}/v1/grid/${zone}/forecast`)
  if (answer.status !== 200) throw new Error(`answered ${answer.status}`)
  await answer.arrayBuffer()
})
clearInterval(looking)
await app.close()
const terms = { nowMs: T0_MS, leaseMs: 1 }
const store = sqlSeriesStore(db)
const stored = await readTimes((zone) => store.claim(keyOf(zone), terms))
const known = new Map<string, StoredSeries>()
for (const zone of zones) known.set(zone, (await store.claim(keyOf(zone), terms)).held!)
const revised = await readTimes((zone) =>
  store.claim(keyOf(zone), { ...terms, known: known.get(zone) }),
)
await db.close()
await rm(folder, { recursive: true, force: true })

const round = (value: number, digits = 2) => Number(value.toFixed(digits))
const quantiles = (times: readonly number[]) => ({
  p50Ms: round(times[times.length / 2]!, 3),
  p99Ms: round(times[times.length * 0.99]!, 3),
})
const result = {
  bench: 'forecast-ingest',
  points: ZONES * POINTS,
  providerCalls,
  ingestSeconds: round(ingestSeconds),
  ingestCpuSeconds: round((user + system) / 1e6),
  extraMb: round(extraMb, 0),
  trainMsPerZone: round((1000 * trainSeconds) / READ_ZONES, 0),
  warmRead: quantiles(byDesk),
  warmReadCpuMs: round((readCpu.user + readCpu.system) / 1000 / byDesk.length, 3),
  warmReadByHttp: quantiles(byHttp),
  databaseRead: quantiles(stored),
  databaseReadUnchanged: quantiles(revised),
}
const line = (what: string, { p50Ms, p99Ms }: ReturnType<typeof quantiles>) =>
  `| ${what} | ${p50Ms} | ${p99Ms} |`
writeSection('Grid forecasts in and out', 'npm run bench:forecast-ingest', [
  `${result.points} points (150 zones x 72 h x 5 min) claimed, judged, cached and archived in the`,
  `embedded database: ${result.ingestSeconds} s by the clock, ${result.ingestCpuSeconds} s of processor,`,
  `${result.extraMb} MB more memory. Training a zone: ${result.trainMsPerZone} ms, in slices.`,
  '',
  '| read of 72 h of a zone | median ms | p99 ms |',
  '| --- | --- | --- |',
  line('warm, by the desk (the path of the API)', result.warmRead),
  line('warm, over HTTP, client in the same process', result.warmReadByHttp),
  line('from the database, by a process that has nothing', result.databaseRead),
  line('from the database, nothing new there', result.databaseReadUnchanged),
])
console.log(JSON.stringify(result))
