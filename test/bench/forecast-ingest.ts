/**
 * How fast do forecasts go in and come out? `npm run bench:forecast-ingest`
 *
 * Zones are read as the service reads them, from a provider that answers at once: 150 zones x 72 h x
 * 5 min (129,600 points) are claimed, judged, cached and archived in embedded state. Warm reads are
 * of one zone by the process that has it, and by one that finds it in the database. Values are a
 * daily shape with noise. The last line is JSON.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CarbonSeries } from '../../services/domain/carbon-series.ts'
import { epochMs, gCo2PerKwh } from '../../services/domain/units.ts'
import { sqlArchive, sqlSeriesStore } from '../../services/grid/adapters/sql-store.ts'
import { fetchOnce } from '../../services/grid/fetch-once.ts'
import { type GridProvider, gridReader } from '../../services/grid/index.ts'
import { openEmbedded } from '../../services/platform/database/embedded.ts'
import { migrate } from '../../services/platform/database/migrate.ts'

const ZONES = 150
const POINTS = 72 * 12
const STEP_MS = 300_000
const READS = 1000
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
const oneProcess = () =>
  gridReader({
    providers: [provider],
    measure,
    store: sqlSeriesStore(db),
    archive: sqlArchive(db),
  })
const reader = oneProcess()
await reader.readZone(`Z${ZONES}`, T0_MS) // warm up
const beforeBytes = process.memoryUsage().rss
const beforeCpu = process.cpuUsage()
const startedMs = performance.now()
for (let zone = 0; zone < ZONES; zone++) await reader.readZone(`Z${zone}`, T0_MS)
const ingestSeconds = (performance.now() - startedMs) / 1000
const { user, system } = process.cpuUsage(beforeCpu)
const extraMb = (process.memoryUsage().rss - beforeBytes) / 2 ** 20

/** Milliseconds of each of 1,000 reads, sorted. */
async function readTimes(read: (zone: string) => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < READS; index++) {
    const atMs = performance.now()
    await read(`Z${index % ZONES}`)
    times.push(performance.now() - atMs)
  }
  return times.sort((a, b) => a - b)
}
const fetched = fetchOnce({ store: sqlSeriesStore(db) })
const refuse = (): Promise<CarbonSeries> => Promise.reject(new Error('a warm read asked again'))
const held = (zone: string) =>
  fetched(`forecast|bench|average|lifecycle|${zone}`, T0_MS, STEP_MS, refuse)
for (let zone = 0; zone < ZONES; zone++) await held(`Z${zone}`)
const warm = await readTimes(held)
const whole = await readTimes((zone) => reader.readZone(zone, T0_MS))
const store = sqlSeriesStore(db)
const terms = { nowMs: T0_MS, freshForMs: STEP_MS, leaseMs: 1 }
const stored = await readTimes((zone) =>
  store.claim(`forecast|bench|average|lifecycle|${zone}`, terms),
)
await db.close()
await rm(folder, { recursive: true, force: true })

const round = (value: number, digits = 2) => Number(value.toFixed(digits))
const quantiles = (times: readonly number[]) => ({
  p50Ms: round(times[READS / 2]!, 3),
  p99Ms: round(times[READS * 0.99]!, 3),
})
console.log(
  JSON.stringify({
    bench: 'forecast-ingest',
    points: ZONES * POINTS,
    providerCalls: calls - 1,
    ingestSeconds: round(ingestSeconds),
    ingestCpuSeconds: round((user + system) / 1e6),
    extraMb: round(extraMb, 0),
    warmRead: quantiles(warm),
    judgedRead: quantiles(whole),
    databaseRead: quantiles(stored),
  }),
)
