import type { Fleet } from '../fleet/index.ts'
import { memoryArchive, memorySeriesStore } from '../grid/adapters/memory-store.ts'
import { sqlArchive, sqlSeriesStore } from '../grid/adapters/sql-store.ts'
import { type GridReader, gridReader } from '../grid/index.ts'
import type { Sql } from '../platform/database/database.ts'
import { type GridSourceDeps, gridSources } from './grid-sources.ts'

/**
 * Reads the zones of a fleet from its sources.
 *
 * @param sql where answers are shared and forecasts archived; kept in memory for a single command
 */
export async function openGridReader(
  fleet: Fleet,
  deps: GridSourceDeps,
  sql?: Sql,
): Promise<GridReader> {
  return gridReader({
    providers: await gridSources(fleet, deps),
    measure: { signal: fleet.signal, basis: fleet.basis },
    store: sql ? sqlSeriesStore(sql) : memorySeriesStore(),
    archive: sql ? sqlArchive(sql) : memoryArchive(),
    ...(deps.freshForMs !== undefined && { freshForMs: deps.freshForMs }),
  })
}
