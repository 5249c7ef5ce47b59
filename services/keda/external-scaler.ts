import {
  logVerbosity,
  Server,
  type ServerCredentials,
  type ServerWritableStream,
  setLogVerbosity,
} from '@grpc/grpc-js'
import { NotFound, UpstreamUnavailable } from '../domain/errors.ts'
import { unary } from './answer.ts'
import { externalScalerService, type ScaledObjectRef } from './protocol.ts'
import { watching } from './watching.ts'

export interface ExternalScalerPorts {
  /** Replicas asked of a target now; undefined where nothing is asked of it. */
  desired(targetId: string): Promise<{ readonly desiredReplicas: number } | undefined>
}

export interface ExternalScalerOptions {
  readonly host: string
  /** 0 for any. */
  readonly port: number
  readonly credentials: ServerCredentials
  /** How often a watched target is looked at. */
  readonly pollMs?: number
}

export interface RunningScaler {
  /** The port that was taken. */
  readonly port: number
  close(): Promise<void>
}

const METRIC = 'gridtide-desired-replicas'
const POLL_MS = 5_000
/** What goes wrong is thrown; gRPC would write it to the console besides. */
setLogVerbosity(logVerbosity.NONE)
/** A question is a few names; whoever sends more is not KEDA. */
const MOST_BYTES = 64 * 1024
const MOST_STREAMS = 1_000
const CLOSING_MS = 2_000

/**
 * Answers KEDA's external scaler: the replicas wanted of the target that the trigger's metadata
 * names as `target`. As exact as the HPA behind it.
 *
 * A target of which nothing is asked is an error and not 0: KEDA then holds, or follows its
 * `fallback`, and takes nothing away.
 */
export async function serveExternalScaler(
  ports: ExternalScalerPorts,
  { host, port, credentials, pollMs = POLL_MS }: ExternalScalerOptions,
): Promise<RunningScaler> {
  const wantedOf = async (object: ScaledObjectRef | null): Promise<number> => {
    const target = object?.scalerMetadata.target
    if (!target) throw new NotFound('the trigger needs `target` in its metadata')
    const desired = await ports.desired(target)
    if (!desired) throw new NotFound(`nothing is asked of ${target} now`)
    return desired.desiredReplicas
  }
  const isActive = async (object: ScaledObjectRef) => ({ result: (await wantedOf(object)) > 0 })
  const server = new Server({
    'grpc.max_receive_message_length': MOST_BYTES,
    'grpc.max_concurrent_streams': MOST_STREAMS,
  })
  server.addService(externalScalerService, {
    IsActive: unary(isActive),
    GetMetricSpec: unary(async () => ({
      metricSpecs: [{ metricName: METRIC, targetSize: 1, targetSizeFloat: 1 }],
    })),
    GetMetrics: unary(async ({ scaledObjectRef }: { scaledObjectRef: ScaledObjectRef | null }) => {
      const replicas = await wantedOf(scaledObjectRef)
      // KEDA heeds the float where it is above 0, and the integer otherwise.
      const value = { metricValue: replicas, metricValueFloat: replicas }
      return { metricValues: [{ metricName: METRIC, ...value }] }
    }),
    StreamIsActive: (call: ServerWritableStream<ScaledObjectRef, unknown>) =>
      watching(call, () => isActive(call.request), pollMs),
  })
  return { port: await bind(server, `${host}:${port}`, credentials), close: () => close(server) }
}

const bind = (server: Server, address: string, credentials: ServerCredentials): Promise<number> =>
  new Promise((resolve, reject) =>
    server.bindAsync(address, credentials, (error, port) =>
      error
        ? reject(new UpstreamUnavailable(error.message, { upstream: address, cause: error }))
        : resolve(port),
    ),
  )

/** Calls under way may end; streams never do by themselves. */
const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const impatience = setTimeout(() => server.forceShutdown(), CLOSING_MS)
    server.tryShutdown(() => {
      clearTimeout(impatience)
      resolve()
    })
  })
