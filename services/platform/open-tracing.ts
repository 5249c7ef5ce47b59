import { context, propagation, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { within } from './within.ts'

export interface TracingOptions {
  /** Base address of an OTLP/HTTP collector, e.g. `http://localhost:4318`. */
  readonly endpoint: string
  readonly version: string
  /** Each span when it ends, for a process that may die at any moment; else many together. */
  readonly atOnce?: boolean
}

/** Sends spans to a collector until the process ends; without this call every span is a no-op. */
export function openTracing(options: TracingOptions): { close(): Promise<void> } {
  const { endpoint, version, atOnce = false } = options
  const Processor = atOnce ? SimpleSpanProcessor : BatchSpanProcessor
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`
  return registerTracing(version, new Processor(new OTLPTraceExporter({ url })))
}

/** Collectors are told to end together with us: what one has not taken by then is lost. */
const GOODBYE_MS = 2_000

/** Hands every span of this process to `processor`. */
export function registerTracing(version: string, processor: SpanProcessor) {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'gridtide', 'service.version': version }),
    spanProcessors: [processor],
  })
  provider.register()
  return {
    async close(): Promise<void> {
      await within(GOODBYE_MS, 'collector', provider.shutdown()).catch(() => undefined)
      trace.disable()
      context.disable()
      propagation.disable()
    },
  }
}
