import type { Fleet } from '../fleet/index.ts'
import { memoryArchive, memorySeriesStore } from '../grid/adapters/memory-store.ts'
import { type GridDeskOptions, type GridProvider, gridReader } from '../grid/index.ts'
import { axiosHttp, type HttpClient } from '../platform/http.ts'
import { fleetFiles } from './fleet-files.ts'
import { gridSources } from './grid-sources.ts'

export interface OpenGridOptions {
  readonly fleetFile: string
  readonly dataFolder: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly nowMs: () => number
  readonly warn: (message: string) => void
  readonly http?: HttpClient
}

/** All that one command needs of the grid; answers are kept in memory. */
export async function openGrid(
  fleet: Fleet,
  options: OpenGridOptions,
): Promise<GridDeskOptions & { readonly providers: readonly GridProvider[] }> {
  const { fleetFile, dataFolder, env, nowMs, warn, http = axiosHttp() } = options
  const readFile = fleetFiles(fleetFile, dataFolder)
  const providers = await gridSources(fleet, { http, nowMs, readFile, env, warn })
  const measure = { signal: fleet.signal, basis: fleet.basis }
  const archive = memoryArchive()
  const reader = gridReader({ providers, measure, store: memorySeriesStore(), archive })
  const zones = [...new Set(fleet.regions.map(({ zone }) => zone))]
  return { providers, reader, archive, zones, measure, nowMs }
}
