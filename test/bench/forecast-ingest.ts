/**
 * How fast do forecasts go in and come out? `npm run bench:forecast-ingest`
 *
 * 150 zones x 72 h x 5 min (129,600 points) into embedded state, warm reads of one zone, and what a
 * month of issues weighs in the archive. Values are a recorded-like daily shape with noise. The last
 * line is JSON.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CarbonSeries } from '../../services/domain/carbon-series.ts'
import { epochMs, gCo2PerKwh } from '../../services/domain/units.ts'
import { sqlArchive, sqlSeriesStore } from '../../services/grid/adapters/sql-store.ts'
import { fetchOnce } from '../../services/grid/fetch-once.ts'
import { openEmbedded } from '../../services/platform/database/embedded.ts'
import { migrate } from '../../services/platform/database/migrate.ts'

const ZONES = 150
const POINTS = 72 * 12
const STEP_MS = 300_000
const ISSUES = 288
const T0_MS = Date.parse('2026-03-01T00:00Z')

function forecast(zone: number, issuedAtMs: number): CarbonSeries {
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

const refuse = (): Promise<CarbonSeries> => Promise.reject(new Error('a warm read asked again'))
const folder = await mkdtemp(join(tmpdir(), 'gridtide-bench-'))
const db = await openEmbedded(folder)
await migrate(db)
const archive = sqlArchive(db)
const store = sqlSeriesStore(db)
const cycle = Array.from({ length: ZONES }, (_, zone) => forecast(zone, T0_MS))
await archive.append(forecast(999, T0_MS)) // warm up
const fetched = fetchOnce({ store })
const beforeBytes = process.memoryUsage().rss
const startedMs = performance.now()
for (const series of cycle) {
  await archive.append(series)
  await fetched(`forecast|${series.zone}`, T0_MS, STEP_MS, async () => series)
}
const ingestSeconds = (performance.now() - startedMs) / 1000
const extraMb = (process.memoryUsage().rss - beforeBytes) / 2 ** 20

const reads: number[] = []
for (let read = 0; read < 1000; read++) {
  const atMs = performance.now()
  await fetched(`forecast|Z${read % ZONES}`, T0_MS, STEP_MS, refuse)
  reads.push(performance.now() - atMs)
}
reads.sort((a, b) => a - b)

for (let issue = 1; issue < ISSUES; issue++)
  await archive.append(forecast(0, T0_MS + issue * STEP_MS))
const [size] = await db.query<{ bytes: number }>(
  "select pg_total_relation_size('grid_forecast') as bytes",
)
const issues = ZONES + ISSUES
const bytesPerIssue = size!.bytes / issues
await db.close()
await rm(folder, { recursive: true, force: true })

const round = (value: number, digits = 2) => Number(value.toFixed(digits))
console.log(
  JSON.stringify({
    bench: 'forecast-ingest',
    points: ZONES * POINTS,
    ingestSeconds: round(ingestSeconds),
    extraMb: round(extraMb, 0),
    readP50Ms: round(reads[500]!, 3),
    readP99Ms: round(reads[990]!, 3),
    bytesPerIssue: Math.round(bytesPerIssue),
    gigabytesOf100ZonesAYear: round((bytesPerIssue * 100 * 288 * 365) / 1e9, 1),
  }),
)
