import { type ChannelCredentials, loadPackageDefinition } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

const PROTO = new URL('../fixtures/keda/externalscaler.proto', import.meta.url).pathname

type Method = 'IsActive' | 'GetMetricSpec' | 'GetMetrics'
type Stream = AsyncIterable<unknown> & { cancel(): void }
type Stub = Record<
  Method,
  (request: unknown, reply: (error: unknown, value: unknown) => void) => void
> &
  Record<'StreamIsActive' | 'StreamMetricSpec', (request: unknown) => Stream> & { close(): void }

const { externalscaler } = loadPackageDefinition(
  loadSync(PROTO, { longs: Number, defaults: true }),
) as unknown as { externalscaler: { ExternalScaler: new (at: string, how: unknown) => Stub } }

/** A client over the published protocol; it shares no description of it with the server. */
export function kedaClient(port: number, credentials: ChannelCredentials) {
  const stub = new externalscaler.ExternalScaler(`localhost:${port}`, credentials)
  return {
    ask: (method: Method, request: unknown) =>
      new Promise((resolve, reject) =>
        stub[method](request, (error, value) => (error ? reject(error) : resolve(value))),
      ),
    watch: (method: 'StreamIsActive' | 'StreamMetricSpec', request: unknown) =>
      stub[method](request),
    close: () => stub.close(),
  }
}
