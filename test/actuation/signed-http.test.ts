import type { IncomingHttpHeaders } from 'node:http'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { signedHttp } from '../../services/actuation/adapters/signed-http.ts'
import { type Desired, exactly } from '../../services/actuation/index.ts'
import { axiosHttp } from '../../services/platform/http.ts'
import { contextOf, describeInferenceBackend } from '../contracts/inference-backend.contract.ts'
import { realDeps, targetOf } from './backend-world.ts'
import { type Answered, loopback } from './loopback.ts'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

/** A receiver as an operator would write it: verifies, checks, keeps. */
async function receiver() {
  const verifier = new Webhook(secret)
  let state: Record<string, unknown> = { desired: { replicas: exactly(1) }, settled: true }
  let revision = 1
  const server = await loopback(({ method, path, headers, text }): Answered => {
    verifier.verify(text, headers as Record<string, string>)
    if (path !== '/targets/llama') return { status: 404 }
    if (method === 'GET') return { status: 200, json: { ...state, version: `v${revision}` } }
    return method === 'PUT' ? take(headers, text) : { status: 405 }
  })

  function take(headers: IncomingHttpHeaders, text: string): Answered {
    if (headers['content-type'] !== 'application/json') return { status: 415 }
    if (headers['if-match'] !== `"v${revision}"`) return { status: 412 }
    const { target, desired, planVersion, fence, ...rest } = JSON.parse(text)
    if (Object.keys(rest).length > 0 || !target || !planVersion) return { status: 400 }
    if (fence < Number(state.fence ?? 0)) return { status: 423 }
    state = { desired: { ...(state.desired as object), ...desired }, settled: false, fence }
    revision++
    return { status: 204 }
  }
  return {
    ...server,
    state: () => state,
    set: (next: Record<string, unknown>) => {
      state = next
    },
    backend: (over = {}) =>
      signedHttp(axiosHttp(), { secret, supports: ['replicas', 'engine'], ...over }, realDeps()),
    target: targetOf({ url: `${server.url}/targets/llama` }),
  }
}

describeInferenceBackend('signed-http', async () => {
  const far = await receiver()
  return {
    backend: far.backend(),
    target: far.target,
    first: { replicas: exactly(3) },
    second: { replicas: exactly(4), engine: 'serving' },
    unsupported: { powerCapWatts: 300 },
    snapshot: far.state,
    writes: () => far.writes().length,
    arrive: () => far.set({ ...far.state(), settled: true }),
    alone: () => (far.state().desired as Desired).replicas!.min,
    pause: () => far.set({ ...far.state(), paused: true }),
    goDown: far.close,
    close: far.close,
  }
})

describe('signed-http', () => {
  it('sends the idempotency key as the signed id', async () => {
    const far = await receiver()
    await far.backend().apply(far.target, { replicas: exactly(2) }, contextOf())
    const [put] = far.writes()
    expect(put!.headers['webhook-id']).toBe('plan-7/step-1')
    expect(JSON.parse(put!.text)).toEqual({
      target: far.target.id,
      desired: { replicas: exactly(2) },
      planVersion: '7',
      fence: 7,
    })
    await far.close()
  })

  it('hears that the far side has moved on, or knows a newer planner', async () => {
    for (const [status, code] of [
      [409, 'CONFLICT'],
      [412, 'CONFLICT'],
      [423, 'FENCED'],
    ] as const) {
      const far = await loopback(({ method }) =>
        method === 'GET' ? { status: 200, json: { desired: {}, settled: true } } : { status },
      )
      const backend = signedHttp(axiosHttp(), { secret }, realDeps())
      const target = targetOf({ url: far.url })
      await expect(
        backend.apply(target, { replicas: exactly(2) }, contextOf()),
      ).rejects.toMatchObject({ code })
      await far.close()
    }
  })

  it('trusts no state it does not understand, no short secret, no target without a url', async () => {
    const far = await receiver()
    far.set({ desired: { replicas: 'many' }, settled: true })
    await expect(far.backend().observe(far.target)).rejects.toMatchObject({
      code: 'UPSTREAM_MALFORMED',
      message: expect.stringContaining('/desired/replicas'),
    })
    expect(() => far.backend({ secret: 'whsec_c2hvcnQ=' })).toThrow('24 bytes')
    await expect(far.backend().observe(targetOf({}))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    })
    await far.close()
  })
})
