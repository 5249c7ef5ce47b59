import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'

type Attributes = Readonly<Record<string, string | number>>

/**
 * Does `work` as one span of the trace that it is part of. An error ends the span as failed, by its
 * name alone: messages may hold addresses.
 */
export function inSpan<Result>(
  name: string,
  attributes: Attributes,
  work: () => Promise<Result>,
): Promise<Result> {
  const options = { kind: SpanKind.CLIENT, attributes: { ...attributes } }
  return trace.getTracer('gridtide').startActiveSpan(name, options, async (span) => {
    try {
      return await work()
    } catch (error) {
      const message = error instanceof Error ? error.name : 'error'
      span.setStatus({ code: SpanStatusCode.ERROR, message })
      throw error
    } finally {
      span.end()
    }
  })
}

/** Headers that let a callee join the trace (W3C Trace Context); none where nothing is traced. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {}
  propagation.inject(context.active(), headers)
  return headers
}

/** Does `work` as part of the trace that `headers` of `traceHeaders` name, in another process too. */
export const inTraceOf = <Result>(headers: Record<string, string>, work: () => Result): Result =>
  context.with(propagation.extract(context.active(), headers), work)
