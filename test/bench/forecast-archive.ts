/**
 * What does the record of forecasts weigh? `npm run bench:forecast-archive [days] [zones]`
 *
 * Every zone issues 72 h at 5 min every five minutes for a month, into embedded state. Values are
 * recorded five-minute marginal rates, each zone from another month of the year and each issue five
 * minutes on: rougher than a forecast, so no lighter. The size is the table's, with its indexes; the
 * last line is JSON.
 */
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CarbonSeries } from '../../services/domain/carbon-series.ts'
import { epochMs, gCo2PerKwh } from '../../services/domain/units.ts'
import { sqlArchive } from '../../services/grid/adapters/sql-store.ts'
import { openEmbedded } from '../../services/platform/database/embedded.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import { writeSection } from './write-section.ts'

const [days = 30, zones = 5] = process.argv.slice(2).map(Number)
const STEP_MS = 300_000
const POINTS = 72 * 12
const ISSUES_A_DAY = 288
const T0_MS = Date.parse('2026-03-01T00:00Z')

const file = join(process.env.GRIDTIDE_DATA ?? '../shared/data', 'grid/moer_caiso_5min_2021.csv')
if (!existsSync(file)) {
  console.error(`needs ${file}: set GRIDTIDE_DATA`)
  process.exit(1)
}
const [head, ...rows] = readFileSync(file, 'utf8').trim().split('\n')
const column = head!.split(',').indexOf('gco2_per_kwh')
const recorded = rows.map((row) => gCo2PerKwh(Number(row.split(',')[column])))

function issueOf(zone: number, step: number): CarbonSeries {
  const issuedAtMs = T0_MS + step * STEP_MS
  const first = step + zone * 60 * ISSUES_A_DAY
  return {
    zone: `Z${zone}`,
    source: 'bench',
    signal: 'marginal',
    basis: 'direct',
    issuedAtMs: epochMs(issuedAtMs),
    quality: 'forecast',
    slots: Array.from({ length: POINTS }, (_, index) => ({
      startMs: epochMs(issuedAtMs + index * STEP_MS),
      endMs: epochMs(issuedAtMs + (index + 1) * STEP_MS),
      carbonGPerKwh: recorded[(first + index) % recorded.length]!,
    })),
  }
}

const folder = await mkdtemp(join(tmpdir(), 'gridtide-bench-'))
const db = await openEmbedded(folder)
await migrate(db)
const started = process.cpuUsage()
for (let day = 0; day < days; day++) {
  await db.transaction(async (tx) => {
    const archive = sqlArchive(tx)
    for (let step = day * ISSUES_A_DAY; step < (day + 1) * ISSUES_A_DAY; step++) {
      for (let zone = 0; zone < zones; zone++) await archive.append(issueOf(zone, step))
    }
  })
}
const { user, system } = process.cpuUsage(started)
const [size] = await db.query<{ whole: number; packed: number; issues: number }>(
  `select pg_total_relation_size('grid_forecast') as whole, sum(length(packed)) as packed,
     count(*)::int as issues from grid_forecast`,
)
const readAtMs = performance.now()
const record = await sqlArchive(db).read({
  source: 'bench',
  zone: 'Z0',
  signal: 'marginal',
  basis: 'direct',
  fromMs: T0_MS,
  toMs: T0_MS + days * ISSUES_A_DAY * STEP_MS,
  everyMs: ISSUES_A_DAY * STEP_MS,
})
const readMs = performance.now() - readAtMs
await db.close()
await rm(folder, { recursive: true, force: true })

const { whole, packed, issues } = size!
const bytesPerIssue = whole / issues
const result = {
  bench: 'forecast-archive',
  days,
  zones,
  issues,
  packedBytesPerIssue: Math.round(Number(packed) / issues),
  tableBytesPerIssue: Math.round(bytesPerIssue),
  gigabytesOf100ZonesAMonth: Number(((bytesPerIssue * 100 * ISSUES_A_DAY * 30) / 1e9).toFixed(2)),
  gigabytesOf100ZonesAYear: Number(((bytesPerIssue * 100 * ISSUES_A_DAY * 365) / 1e9).toFixed(1)),
  cpuMsPerIssue: Number(((user + system) / 1000 / issues).toFixed(2)),
  dailyRecord: { issues: record.length, readMs: Math.round(readMs) },
}
writeSection('Archive of grid forecasts', 'npm run bench:forecast-archive', [
  `${days} days of ${zones} zones, 72 h at 5 min issued every five minutes: ${issues} issues in the`,
  `embedded database, ${result.packedBytesPerIssue} bytes each, ${result.tableBytesPerIssue} with the table's`,
  `and its indexes' overhead; ${result.cpuMsPerIssue} ms of processor each. At that size 100 zones are`,
  `${result.gigabytesOf100ZonesAMonth} GB a month and ${result.gigabytesOf100ZonesAYear} GB a year. One issue a day of`,
  `a zone (${record.length} of them) is read in ${result.dailyRecord.readMs} ms.`,
])
console.log(JSON.stringify(result))
