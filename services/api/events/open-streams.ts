import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { StillCalls } from '../access/still-calls.ts'
import { HttpError } from '../http-error.ts'
import { eventStreamMetrics } from '../metrics.ts'
import type { ApiPorts } from '../ports.ts'
import { type EventClient, streamClient } from './stream-client.ts'

export interface OpenStreamsOptions {
  readonly metrics: ApiPorts['metrics']
  /** Of all callers together. */
  readonly most: number
  readonly stillCalls: StillCalls
}

/** Every stream of server-sent events that is open: counted, few enough, and ended in time. */
export interface OpenStreams {
  /** @throws HttpError UNAVAILABLE where too many are open */
  open(request: FastifyRequest, reply: FastifyReply): EventClient
}

/** A key that was ended ends its streams soon after it was noticed. */
const RECHECK_MS = 1_000

/** Streams end when the app does, or their caller may no longer be told. */
export function openStreams(
  app: FastifyInstance,
  { metrics, most, stillCalls }: OpenStreamsOptions,
): OpenStreams {
  const streams = new Map<EventClient, FastifyRequest>()
  const { cut } = eventStreamMetrics(metrics, () => streams.size)
  const closing = new AbortController()

  /** One after the other: as many keys as there are streams would be a flood of questions. */
  async function watchCallers(): Promise<void> {
    const { signal } = closing
    while (!signal.aborted) {
      await sleep(RECHECK_MS, undefined, { ref: false, signal }).catch(() => undefined)
      for (const [client, request] of streams) {
        if (signal.aborted || !(await stillCalls(request))) client.close()
      }
    }
  }
  void watchCallers()
  app.addHook('preClose', async () => closing.abort())

  return {
    open(request, reply) {
      if (streams.size >= most) {
        throw new HttpError('UNAVAILABLE', 'too many event streams are open', {
          'retry-after': '30',
        })
      }
      const client = streamClient(reply, () => cut.inc())
      if (reply.raw.closed) return client // it left while its key was looked at
      streams.set(client, request)
      reply.raw.once('close', () => streams.delete(client))
      return client
    },
  }
}
