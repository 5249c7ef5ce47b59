import createClient from 'openapi-fetch'
import type { paths, Schemas } from '../../../client/index.ts'
import { Failure, failureOf } from './failure.ts'
import { currentKey } from './key.ts'

/** What the API says, by the names of its OpenAPI document. */
export type { Schemas }

/** `fetch` with the key of this tab. */
export const fetchWithKey: typeof fetch = (input, init) => {
  const request = new Request(input, init)
  const key = currentKey()
  if (key !== undefined) request.headers.set('authorization', `Bearer ${key}`)
  return fetch(request)
}

/** Every operation of the API, typed by its OpenAPI document. */
export const api = createClient<paths>({ baseUrl: '/', fetch: fetchWithKey })

interface Answer<Body> {
  readonly data?: Body | undefined
  readonly error?: unknown
  readonly response: Response
}

/**
 * The body of an answer.
 *
 * @throws Failure where the API refused or could not be reached
 */
export async function answered<Body>(asked: Promise<Answer<Body>>): Promise<Body> {
  const answer = await reached(asked)
  if (answer.response.ok) return answer.data as Body // undefined where there is nothing to say
  throw failureOf(answer.response.status, answer.error as Schemas['Problem'] | undefined)
}

/** @throws Failure where there was no answer at all */
export const reached = <Answer>(asked: Promise<Answer>): Promise<Answer> =>
  asked.catch((error: unknown) => {
    throw new Failure('away', error instanceof Error ? error.message : String(error))
  })
