import type { Fleet } from '../fleet/index.ts'
import { memoryArchive, memorySeriesStore } from '../grid/adapters/memory-store.ts'
import { sqlArchive, sqlSeriesStore } from '../grid/adapters/sql-store.ts'
import {
  type GridDeskOptions,
  type GridProvider,
  type GridReader,
  gridReader,
  zoneBoard,
} from '../grid/index.ts'
import type { Sql } from '../platform/database/database.ts'
import { type GridSourceDeps, gridSources } from './grid-sources.ts'

export interface OpenGridOptions extends GridSourceDeps {
  /** Where answers are shared and forecasts archived; in memory, for a single command, without. */
  readonly sql?: Sql
  /** How long an answer is good enough not to ask again. */
  readonly freshForMs?: number
  /** How far from now anybody looks; as far as they like unless told. */
  readonly aheadMs?: number
}

export type GridOverOptions = Omit<OpenGridOptions, Exclude<keyof GridSourceDeps, 'nowMs'>>

export type OpenedGrid = GridDeskOptions & {
  readonly providers: readonly GridProvider[]
  readonly reader: GridReader
}

/**
 * The grid as a fleet file sees it.
 *
 * @throws InvalidInput where a source measures something else than the fleet plans on
 */
export async function openGrid(fleet: Fleet, options: OpenGridOptions): Promise<OpenedGrid> {
  return gridOver(fleet, await gridSources(fleet, options), options)
}

/** The grid as these providers tell it; whatever is learnt of them is learnt anew. */
export function gridOver(
  fleet: Fleet,
  providers: readonly GridProvider[],
  { sql, freshForMs, aheadMs, nowMs }: GridOverOptions,
): OpenedGrid {
  const measure = { signal: fleet.signal, basis: fleet.basis }
  const store = sql ? sqlSeriesStore(sql) : memorySeriesStore()
  const archive = sql ? sqlArchive(sql) : memoryArchive()
  const limits = {
    ...(freshForMs !== undefined && { freshForMs }),
    ...(aheadMs !== undefined && { aheadMs }),
  }
  const reader = gridReader({ providers, measure, store, archive, ...limits })
  const zones = [...new Set(fleet.regions.map(({ zone }) => zone))]
  const board = zoneBoard({ reader, zones, nowMs })
  const sources = [...new Set(providers.map(({ name }) => name))]
  return { providers, reader, board, archive, sources, zones, measure, nowMs }
}
