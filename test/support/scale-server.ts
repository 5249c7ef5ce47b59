import { createServer, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import { closed, listen } from './grid-server.ts'

export interface ScaleRequest {
  /** `region/model/variant`. */
  readonly target: string
  readonly replicas: { readonly min: number; readonly max: number }
  readonly planVersion: string
  readonly fence: number
  readonly key: string
  readonly traceparent: string | undefined
}

export interface ScaleServer {
  readonly url: string
  /** Every accepted write, in order. */
  readonly writes: readonly ScaleRequest[]
  /** How many writes came from an older planner than the last. */
  refusedFence(): number
  /** What each target runs now. */
  running(): Readonly<Record<string, number>>
  close(): Promise<void>
}

interface Held {
  desired: { replicas: { min: number; max: number } }
  fence: number
  revision: number
}

/** A signature older or newer is refused, as Standard Webhooks has it. */
const TOLERANCE_MS = 5 * 60_000

/**
 * Inference backends as an operator would write their receiver: one path a target, every request's
 * signature verified, stale and fenced writes refused. Replicas are ready at once.
 */
export async function startScaleServer(
  secret: string,
  nowMs: () => number = Date.now,
): Promise<ScaleServer> {
  const verifier = new Webhook(secret)
  const targets = new Map<string, Held>()
  const writes: ScaleRequest[] = []
  let refused = 0
  const heldAt = (path: string): Held => {
    const held = targets.get(path) ?? {
      desired: { replicas: { min: 0, max: 0 } },
      fence: 0,
      revision: 1,
    }
    targets.set(path, held)
    return held
  }
  const put = (path: string, headers: IncomingHttpHeaders, body: string): number => {
    const held = heldAt(path)
    const { target, desired, planVersion, fence } = JSON.parse(body)
    if (headers['if-match'] !== `"v${held.revision}"`) return 412
    if (fence < held.fence) {
      refused++
      return 423
    }
    Object.assign(held, { desired, fence, revision: held.revision + 1 })
    const key = headers['webhook-id'] as string
    const traceparent = headers.traceparent as string | undefined
    writes.push({ target, replicas: desired.replicas, planVersion, fence, key, traceparent })
    return 204
  }
  const isSigned = (headers: Record<string, string>, body: string): boolean => {
    const signedMs = 1000 * Number(headers['webhook-timestamp'])
    if (!(Math.abs(nowMs() - signedMs) < TOLERANCE_MS)) return false
    const signature = verifier.sign(headers['webhook-id']!, new Date(signedMs), body)
    return headers['webhook-signature']!.split(' ').includes(signature)
  }
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const headers = request.headers as Record<string, string>
    const path = decodeURIComponent(request.url ?? '/')
    if (!isSigned(headers, body)) {
      response.writeHead(401).end()
      return
    }
    if (request.method === 'PUT') {
      response.writeHead(put(path, headers, body)).end()
      return
    }
    const { desired, fence, revision } = heldAt(path)
    const state = {
      desired,
      readyReplicas: desired.replicas.min,
      settled: true,
      health: 'ok',
      fence,
      version: `v${revision}`,
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(state))
  })
  const port = await listen(server)
  return {
    url: `http://127.0.0.1:${port}`,
    writes,
    refusedFence: () => refused,
    running: () =>
      Object.fromEntries([...targets].map(([path, held]) => [path, held.desired.replicas.min])),
    close: () => closed(server),
  }
}
