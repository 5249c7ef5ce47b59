import { InvalidInput } from '../domain/errors.ts'
import type { Window } from '../domain/window.ts'
import type { ForecastScore } from '../forecast/index.ts'
import type { ZoneForecast, ZoneHistory, ZoneNow } from '../grid/index.ts'
import type { HttpClient } from '../platform/http.ts'

/** What `gridtide grid` asks, of the sources themselves or of a service that has. */
export interface GridAnswers {
  zones(): Promise<readonly string[]>
  now(zone: string): Promise<ZoneNow>
  /** @param windows hours from the running one on */
  forecast(zone: string, windows: readonly Window[]): Promise<ZoneForecast>
  history(zone: string, fromMs: number, toMs: number): Promise<ZoneHistory>
  score(zone: string): Promise<ForecastScore | undefined>
}

const REFUSALS = [400, 401, 403, 404, 429, 503]

/**
 * Asks a running service, which has a record of every forecast.
 *
 * @param url where it is, e.g. `http://127.0.0.1:8080`
 * @param key its API key, where it wants one
 * @returns answers that throw InvalidInput with what the service says is wrong
 */
export function gridOfService(url: string, key: string | undefined, http: HttpClient): GridAnswers {
  async function get<Answer>(path: string, query: Readonly<Record<string, string>> = {}) {
    const headers: Record<string, string> = {}
    if (key !== undefined) headers.authorization = `Bearer ${key}`
    const request = { url: `${url}/v1/${path}`, query, headers, allowStatus: REFUSALS }
    const { status, body } = await http.send('gridtide', request)
    if (status < 300) return body as Answer
    const { detail } = body as { detail?: string }
    throw new InvalidInput(detail ?? `the service answered ${status}`)
  }
  const about = <Answer>(zone: string, what: string, query?: Readonly<Record<string, string>>) =>
    get<Answer>(`grid/${encodeURIComponent(zone)}/${what}`, query)
  const stamp = (atMs: number) => new Date(atMs).toISOString()

  return {
    async zones() {
      const { items } = await get<{ items: readonly { zone: string }[] }>('regions')
      return [...new Set(items.map(({ zone }) => zone))]
    },
    now: (zone) => about(zone, 'now'),
    forecast: (zone, windows) => about(zone, 'forecast', { hours: String(windows.length) }),
    history: (zone, fromMs, toMs) =>
      about(zone, 'history', { from: stamp(fromMs), to: stamp(toMs) }),
    score: (zone) => about(zone, 'score'),
  }
}
