import { createHmac, randomUUID } from 'node:crypto'
import { Conflict, Fenced, InvalidInput } from '../../domain/errors.ts'
import { secondsFromMs } from '../../domain/units.ts'
import type { HttpClient } from '../../platform/http.ts'
import type { BackendDriver } from '../driver.ts'
import { type GuardDeps, guardedBackend } from '../guarded-backend.ts'
import { plainCapabilities } from '../plain-driver.ts'
import type { ApplyContext, Capabilities, Desired, InferenceBackend, TargetRef } from '../port.ts'
import { stateOf } from './told-state.ts'

export interface SignedHttpOptions {
  /** `whsec_` and base64, as Standard Webhooks writes it. */
  readonly secret: string
  /** What the receiver can do; it is told of nothing else. */
  readonly supports?: Capabilities['supports']
}

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
        ...signatureHeaders(key, id, Math.floor(secondsFromMs(deps.nowMs())), text),
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
      return plainCapabilities(supports, { preconditions: true })
    },
    async read(target, abort) {
      const { body, status } = await call(target, 'GET', { abort })
      const state = stateOf(UPSTREAM, body, status)
      return { seen: { ...state, observedAtMs: deps.nowMs() }, raw: undefined }
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
