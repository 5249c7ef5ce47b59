import type { MetricSource } from './port.ts'
import { type Quantity, queryFor, type Scope } from './presets.ts'

/** How a model is doing now. A field that is absent is unknown, never 0. */
export type Serving = { readonly [Q in Quantity]?: number } & { readonly atMs?: number }

const QUANTITIES: readonly Quantity[] = [
  'outputTokensPerSecond',
  'ttftP95Seconds',
  'tpotP95Seconds',
  'requestsRunning',
  'requestsWaiting',
]

/**
 * Asks for all that the engine tells of a model, at once. `atMs` is that of the oldest answer.
 *
 * @throws what `MetricSource.query` throws
 */
export async function readServing(
  source: MetricSource,
  scope: Scope,
  abort?: AbortSignal,
): Promise<Serving> {
  const answers = await Promise.all(
    QUANTITIES.map(async (quantity) => {
      const query = queryFor(quantity, scope)
      const [sample] = query === undefined ? [] : await source.query(query, abort)
      return sample && { quantity, ...sample }
    }),
  )
  const known = answers.filter((answer) => answer !== undefined)
  return {
    ...Object.fromEntries(known.map(({ quantity, value }) => [quantity, value])),
    ...(known.length > 0 && { atMs: Math.min(...known.map(({ atMs }) => atMs)) }),
  }
}
