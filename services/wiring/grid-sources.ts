import { sameMeasure } from '../domain/carbon-series.ts'
import { InvalidInput } from '../domain/errors.ts'
import type { Fleet, GridSource } from '../fleet/index.ts'
import { carbonAwareSdk } from '../grid/adapters/carbon-aware-sdk.ts'
import { climatology } from '../grid/adapters/climatology.ts'
import { csvReplay } from '../grid/adapters/csv-replay.ts'
import { eia } from '../grid/adapters/eia.ts'
import { electricityMaps } from '../grid/adapters/electricity-maps.ts'
import { energinet } from '../grid/adapters/energinet.ts'
import { energyCharts } from '../grid/adapters/energy-charts.ts'
import { entsoe } from '../grid/adapters/entsoe.ts'
import { httpJson } from '../grid/adapters/http-json.ts'
import { neso } from '../grid/adapters/neso.ts'
import { wattTime, wattTimeBudget } from '../grid/adapters/watttime.ts'
import { type GridProvider, type PoliteOptions, politeHttp } from '../grid/index.ts'
import type { HttpClient } from '../platform/http.ts'
import type { ReadFleetFile } from './fleet-files.ts'
import { readSecret } from './secrets.ts'

export interface GridSourceDeps {
  readonly http: HttpClient
  readonly nowMs: () => number
  readonly readFile: ReadFleetFile
  readonly env: Readonly<Record<string, string | undefined>>
  /** Told of a source that is left out for want of its key. */
  readonly warn: (message: string) => void
}

/** What a service asks of its callers, where that is more than the manners all are treated with. */
const MANNERS: Partial<Record<GridSource['source'], PoliteOptions>> = {
  watttime: { budget: wattTimeBudget },
}

/**
 * The grid sources of a fleet, in its order; each keeps its own budget and circuit breaker.
 *
 * @throws InvalidInput where a source measures something else than the fleet plans on
 */
export async function gridSources(
  fleet: Fleet,
  deps: GridSourceDeps,
): Promise<readonly GridProvider[]> {
  const providers: GridProvider[] = []
  for (const [index, source] of fleet.grid.sources.entries()) {
    const http = politeHttp(deps.http, MANNERS[source.source])
    const provider = await built(source, fleet, { ...deps, http })
    if (!provider) continue
    if (!sameMeasure(provider, fleet)) throw otherMeasure(index, provider, fleet)
    providers.push(provider)
  }
  return providers
}

/** A key that is not set leaves its source out: a fleet file is shared, keys are not. */
async function built(
  source: GridSource,
  fleet: Fleet,
  deps: GridSourceDeps,
): Promise<GridProvider | undefined> {
  try {
    return await build(source, fleet, deps)
  } catch (error) {
    if (!(error instanceof InvalidInput) || source.source === 'csv') throw error
    deps.warn(`grid source ${source.source} is left out: ${error.message}`)
    return undefined
  }
}

async function build(
  entry: GridSource,
  fleet: Fleet,
  { http, nowMs, readFile, env }: GridSourceDeps,
): Promise<GridProvider> {
  const { signal, basis } = fleet
  const secret = (reference: string) => readSecret(reference, env)
  switch (entry.source) {
    case 'climatology':
      return climatology({ nowMs, measure: { signal, basis } })
    case 'csv':
      return replayOf(entry, fleet, { nowMs, readFile })
    case 'watttime': {
      const [user, password] = [await secret(entry.user), await secret(entry.password)]
      return wattTime(http, { ...optionsOf(entry), user, password })
    }
    case 'electricity-maps': {
      const emissionFactorType = basis === 'direct' ? 'direct' : 'lifecycle'
      const token = await secret(entry.token)
      return electricityMaps(http, { ...optionsOf(entry), emissionFactorType, token })
    }
    case 'neso':
      return neso(http, { ...optionsOf(entry), nowMs })
    case 'energy-charts':
      return energyCharts(http, { ...optionsOf(entry), nowMs })
    case 'energinet':
      return energinet(http, { ...optionsOf(entry), nowMs })
    case 'entsoe':
      return entsoe(http, { ...optionsOf(entry), token: await secret(entry.token) })
    case 'eia':
      return eia(http, { ...optionsOf(entry), apiKey: await secret(entry.apiKey) })
    case 'carbon-aware-sdk':
      return carbonAwareSdk(http, { signal, basis, ...optionsOf(entry) })
    case 'http-json':
      return httpJson(http, {
        signal,
        basis,
        ...optionsOf(entry),
        headers: await secretHeaders(entry.headers ?? {}, secret),
        nowMs,
      })
  }
}

/** A replay without measurements does not claim to have any. */
async function replayOf(
  entry: Extract<GridSource, { source: 'csv' }>,
  fleet: Fleet,
  { nowMs, readFile }: Pick<GridSourceDeps, 'nowMs' | 'readFile'>,
): Promise<GridProvider> {
  const { history, ...forecastsOnly } = csvReplay({
    ...(entry.forecasts !== undefined && { forecasts: await readFile(entry.forecasts) }),
    ...(entry.history !== undefined && {
      history: await readFile(entry.history),
      historyName: entry.history,
    }),
    signal: entry.signal ?? fleet.signal,
    basis: entry.basis ?? fleet.basis,
    nowMs,
  })
  return entry.history === undefined || !history ? forecastsOnly : { ...forecastsOnly, history }
}

/** What an entry says besides its kind, in the words of its adapter. */
function optionsOf<Entry extends GridSource>(entry: Entry): Omit<Entry, 'source'> {
  const { source: _, ...options } = entry
  return options
}

async function secretHeaders(
  headers: Readonly<Record<string, string>>,
  secret: (reference: string) => Promise<string>,
): Promise<Record<string, string>> {
  const entries = Object.entries(headers).map(
    async ([name, reference]) => [name, await secret(reference)] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

function otherMeasure(index: number, provider: GridProvider, fleet: Fleet): InvalidInput {
  const message =
    `${provider.name} gives ${provider.signal}/${provider.basis}, ` +
    `the fleet plans on ${fleet.signal}/${fleet.basis}`
  const suggestion = `set \`signal: ${provider.signal}\` and \`basis: ${provider.basis}\`, or drop it`
  const issue = { path: `/grid/sources/${index}`, message, suggestion }
  return new InvalidInput(message, [issue])
}
