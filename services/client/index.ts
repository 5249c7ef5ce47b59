import createClient, { type Client } from 'openapi-fetch'
import { followEvents, type GridtideEvent } from './follow-events.ts'
import type { components, paths } from './openapi.ts'

export type { GridtideEvent } from './follow-events.ts'
export type { paths } from './openapi.ts'
/** The named things of the API, e.g. `Schemas['Plan']`. */
export type Schemas = components['schemas']

export interface GridtideOptions {
  /** E.g. `http://127.0.0.1:8080`. */
  readonly baseUrl: string
  /** An API key, or a JWT; none where the service answers on loopback alone. */
  readonly key?: string
}

export type Gridtide = Client<paths> & {
  /**
   * What happens, as it happens, for ever: a lost connection is taken up again after the event seen
   * last, so none is missed.
   *
   * @param lastEventId begins after this one; from now on unless told
   */
  events(options?: { lastEventId?: number; abort?: AbortSignal }): AsyncGenerator<GridtideEvent>
}

/**
 * The HTTP API of Gridtide, typed by its own OpenAPI document: `client.GET('/v1/plans/current')`
 * answers with `{ data }`, or with `{ error }` where `error` is a problem with its `code`.
 */
export function gridtide({ baseUrl, key }: GridtideOptions): Gridtide {
  const headers: Record<string, string> = {}
  if (key !== undefined) headers.authorization = `Bearer ${key}`
  const client = createClient<paths>({ baseUrl, headers })
  const events: Gridtide['events'] = ({ lastEventId, abort } = {}) =>
    followEvents(`${baseUrl}/v1/events`, headers, lastEventId, abort)
  return Object.assign(client, { events })
}
