import { context, propagation, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node'

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

/** Hands every span of this process to `processor`. */
export function registerTracing(version: string, processor: SpanProcessor) {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'gridtide', 'service.version': version }),
    spanProcessors: [processor],
  })
  provider.register()
  return {
    async close(): Promise<void> {
      await provider.shutdown()
      trace.disable()
      context.disable()
      propagation.disable()
    },
  }
}
