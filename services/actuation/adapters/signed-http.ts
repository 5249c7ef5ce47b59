import { createHmac, randomUUID } from 'node:crypto'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { Conflict, Fenced, InvalidInput, UpstreamMalformed } from '../../domain/errors.ts'
import type { HttpClient } from '../../platform/http.ts'
import { versionOf } from '../desired.ts'
import type { BackendDriver } from '../driver.ts'
import { type GuardDeps, guardedBackend } from '../guarded-backend.ts'
import type {
  ApplyContext,
  Capabilities,
  Desired,
  InferenceBackend,
  Observed,
  TargetRef,
} from '../port.ts'

const Replicas = Type.Object({
  min: Type.Integer({ minimum: 0 }),
  max: Type.Integer({ minimum: 0 }),
})
const Band = Type.Object({
  min: Type.Integer({ minimum: 1 }),
  max: Type.Integer({ minimum: 1 }),
})
const DesiredShape = Type.Object(
  {
    replicas: Type.Optional(Replicas),
    parallelism: Type.Optional(
      Type.Object({
        tensor: Type.Integer({ minimum: 1 }),
        pipeline: Type.Integer({ minimum: 1 }),
        data: Type.Integer({ minimum: 1 }),
      }),
    ),
    weightsPercent: Type.Optional(
      Type.Record(Type.String(), Type.Integer({ minimum: 0, maximum: 100 })),
    ),
    powerCapWatts: Type.Optional(Type.Union([Type.Number(), Type.Literal('default')])),
    smClockMhz: Type.Optional(Type.Union([Band, Type.Literal('default')])),
    engine: Type.Optional(
      Type.Union([
        Type.Literal('serving'),
        Type.Literal('sleep-1'),
        Type.Literal('sleep-2'),
        Type.Literal('unloaded'),
      ]),
    ),
  },
  { additionalProperties: false },
)
const stateShape = Compile(
  Type.Object({
    desired: DesiredShape,
    settled: Type.Boolean(),
    readyReplicas: Type.Optional(Type.Integer({ minimum: 0 })),
    rollingOut: Type.Optional(Type.Boolean()),
    health: Type.Optional(Type.Union([Type.Literal('ok'), Type.Literal('degraded')])),
    paused: Type.Optional(Type.Boolean()),
    version: Type.Optional(Type.String({ minLength: 1 })),
    fence: Type.Optional(Type.Integer({ minimum: 0 })),
  }),
)

export interface SignedHttpOptions {
  /** `whsec_` and base64, as Standard Webhooks writes it. */
  readonly secret: string
  /** What the receiver can do; it is told of nothing else. */
  readonly supports?: Capabilities['supports']
}

const CAPABILITIES = {
  scaleToZero: true,
  exact: true,
  dryRun: 'client',
  preconditions: true,
  missing: [],
} as const
const UPSTREAM = 'signed-http'
const CONFLICT = [409, 412, 423]

/**
 * Any backend that can take its wanted state as signed JSON. Locator: `url`.
 *
 * `GET url` answers the state now, `PUT url` takes `{target, desired, planVersion, fence}` with the
 * idempotency key as `webhook-id`; both carry a Standard Webhooks signature
 * (https://www.standardwebhooks.com). `If-Match` is the version the decision was made on; 409 and
 * 412 say that it is stale, 423 that a newer fence is in force.
 */
export function signedHttp(
  http: HttpClient,
  { secret, supports = ['replicas'] }: SignedHttpOptions,
  deps: GuardDeps,
): InferenceBackend {
  const key = keyOf(secret)

  async function call(
    target: TargetRef,
    method: 'GET' | 'PUT',
    options: { id?: string; body?: object; ifMatch?: string; abort?: AbortSignal | undefined } = {},
  ) {
    const { id = randomUUID(), body, ifMatch, abort } = options
    const url = target.locator.url
    if (!url) throw new InvalidInput(`${target.id}: its locator needs a url`)
    const text = body ? JSON.stringify(body) : ''
    const answer = await http.send(UPSTREAM, {
      method,
      url,
      headers: {
        ...signatureHeaders(key, id, Math.floor(deps.nowMs() / 1000), text),
        ...(body && { 'content-type': 'application/json' }),
        ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
      },
      ...(body && { body: text }),
      allowStatus: CONFLICT,
      abort,
    })
    if (answer.status === 423) throw new Fenced(`${target.id}: ${url} knows a newer planner`)
    if (answer.status >= 400) throw new Conflict(`${target.id}: ${url} has moved on`)
    return answer
  }

  const driver: BackendDriver = {
    type: 'signed-http',
    supports,
    dryRun: 'client',
    async probe(target, abort) {
      await driver.read(target, abort)
      return { ...CAPABILITIES, supports }
    },
    async read(target, abort) {
      const { body, status } = await call(target, 'GET', { abort })
      if (!stateShape.Check(body)) throw malformed(status, body)
      const seen: Observed = {
        rollingOut: false,
        health: 'unknown',
        paused: false,
        version: versionOf(body),
        ...body,
        owners: [],
        observedAtMs: deps.nowMs(),
      }
      return { seen, raw: undefined }
    },
    async write(target, desired, { seen }, context) {
      await put(target, desired, seen.version, context)
      return { mode: 'direct', warnings: [] }
    },
    async release(target, before, { seen }, context) {
      if (before) await put(target, before, seen.version, context)
    },
  }

  const put = (
    target: TargetRef,
    desired: Desired,
    ifMatch: string,
    { idempotencyKey: id, planVersion, fence, abort }: ApplyContext,
  ) =>
    call(target, 'PUT', {
      id,
      ifMatch,
      abort,
      body: { target: target.id, desired, planVersion, fence },
    })

  return guardedBackend(driver, deps)
}

function keyOf(secret: string): Buffer {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  if (key.length >= 24) return key
  throw new InvalidInput('signed-http: its secret needs 24 bytes or more, in base64')
}

function signatureHeaders(key: Buffer, id: string, atSeconds: number, text: string) {
  const signature = createHmac('sha256', key).update(`${id}.${atSeconds}.${text}`).digest('base64')
  return {
    'webhook-id': id,
    'webhook-timestamp': String(atSeconds),
    'webhook-signature': `v1,${signature}`,
  }
}

function malformed(httpStatus: number, body: unknown) {
  const [first] = stateShape.Errors(body)
  const where = first?.instancePath || '/'
  return new UpstreamMalformed(`unexpected state at ${where}: ${first?.message}`, {
    upstream: UPSTREAM,
    httpStatus,
  })
}
