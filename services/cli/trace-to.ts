import type { TracingOptions } from '../platform/open-tracing.ts'

/** The libraries of tracing are loaded by those alone who trace. */
export async function traceTo(
  endpoint: string | undefined,
  options: Pick<TracingOptions, 'atOnce'> = {},
) {
  if (endpoint === undefined) return undefined
  const { openTracing } = await import('../platform/open-tracing.ts')
  return openTracing({ endpoint, version: '0.1.0', ...options })
}
