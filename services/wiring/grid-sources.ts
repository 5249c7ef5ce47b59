import { sameMeasure } from '../domain/carbon-series.ts'
import { InvalidInput } from '../domain/errors.ts'
import type { Fleet, GridSource } from '../fleet/index.ts'
import { climatology } from '../grid/adapters/climatology.ts'
import { csvReplay } from '../grid/adapters/csv-replay.ts'
import { electricityMaps } from '../grid/adapters/electricity-maps.ts'
import { neso } from '../grid/adapters/neso.ts'
import { wattTime } from '../grid/adapters/watttime.ts'
import type { GridProvider } from '../grid/index.ts'
import type { HttpClient } from '../platform/http.ts'
import type { ReadFleetFile } from './fleet-files.ts'
import { readSecret } from './secrets.ts'

export interface GridSourceDeps {
  readonly http: HttpClient
  readonly nowMs: () => number
  readonly readFile: ReadFleetFile
  readonly env: Readonly<Record<string, string | undefined>>
  /** How long an answer is good enough not to ask again. */
  readonly freshForMs?: number
  /** Told of a source that is left out for want of its key. */
  readonly warn: (message: string) => void
}

/**
 * The grid sources of a fleet, in its order.
 *
 * @throws InvalidInput where a source measures something else than the fleet plans on
 */
export async function gridSources(
  fleet: Fleet,
  deps: GridSourceDeps,
): Promise<readonly GridProvider[]> {
  const providers: GridProvider[] = []
  for (const [index, source] of fleet.grid.sources.entries()) {
    const provider = await built(source, fleet, deps)
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
  source: GridSource,
  fleet: Fleet,
  { http, nowMs, readFile, env }: GridSourceDeps,
): Promise<GridProvider> {
  const { signal, basis } = fleet
  switch (source.source) {
    case 'climatology':
      return climatology({ nowMs, measure: { signal, basis } })
    case 'csv':
      return csvReplay({
        ...(source.forecasts !== undefined && { forecasts: await readFile(source.forecasts) }),
        ...(source.history !== undefined && { history: await readFile(source.history) }),
        signal: source.signal ?? signal,
        basis: source.basis ?? basis,
        nowMs,
      })
    case 'watttime': {
      const { source: _, user, password, ...options } = source
      return wattTime(http, {
        ...options,
        user: await readSecret(user, env),
        password: await readSecret(password, env),
      })
    }
    case 'electricity-maps': {
      const { source: _, token, ...options } = source
      const emissionFactorType = basis === 'direct' ? 'direct' : 'lifecycle'
      return electricityMaps(http, {
        ...options,
        emissionFactorType,
        token: await readSecret(token, env),
      })
    }
    case 'neso': {
      const { source: _, ...options } = source
      return neso(http, { ...options, nowMs })
    }
    default:
      throw new InvalidInput(`no adapter for grid source ${source.source} in this version`)
  }
}

function otherMeasure(index: number, provider: GridProvider, fleet: Fleet): InvalidInput {
  const message =
    `${provider.name} gives ${provider.signal}/${provider.basis}, ` +
    `the fleet plans on ${fleet.signal}/${fleet.basis}`
  const suggestion = `set \`signal: ${provider.signal}\` and \`basis: ${provider.basis}\`, or drop it`
  const issue = { path: `/grid/sources/${index}`, message, suggestion }
  return new InvalidInput(message, [issue])
}
