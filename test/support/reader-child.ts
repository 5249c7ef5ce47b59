import { electricityMaps } from '../../services/grid/adapters/electricity-maps.ts'
import { sqlArchive, sqlSeriesStore } from '../../services/grid/adapters/sql-store.ts'
import { gridReader, politeHttp } from '../../services/grid/index.ts'
import { openPostgres } from '../../services/platform/database/postgres.ts'
import { axiosHttp } from '../../services/platform/http.ts'

/**
 * A process of its own that reads zones as a service does: told `[nowMs, ...zones]` by its parent, it
 * reads them all at once and answers with the rungs. Arguments: database URL, grid server URL.
 */
const [databaseUrl, gridUrl] = process.argv.slice(2)
const db = openPostgres(databaseUrl!)
const reader = gridReader({
  providers: [electricityMaps(politeHttp(axiosHttp()), { token: 't', baseUrl: gridUrl! })],
  measure: { signal: 'average', basis: 'lifecycle' },
  store: sqlSeriesStore(db),
  archive: sqlArchive(db),
})
process.on('message', async ([nowMs, ...zones]: [number, ...string[]]) => {
  const readings = await Promise.all(zones.map((zone) => reader.readZone(zone, nowMs)))
  process.send!(readings.map(({ rung }) => rung))
})
process.on('disconnect', () => void db.close())
process.send!('ready')
