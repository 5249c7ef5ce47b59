import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { exportJWK, SignJWT } from 'jose'
import { Registry } from 'prom-client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { freePort } from '../../infra/bootstrap/servers.mjs'
import type { Authenticator } from '../../services/api/access/authenticator.ts'
import { oidc } from '../../services/api/access/oidc.ts'
import { buildApp } from '../../services/api/app.ts'
import { identityProviderMetric } from '../../services/api/index.ts'
import { UpstreamUnavailable } from '../../services/domain/errors.ts'
import { axiosHttp, type HttpClient, type HttpRequest } from '../../services/platform/http.ts'
import { aPlan, memoryPorts } from './memory-ports.ts'

const NOW_SECONDS = 1_800_000_000
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey

let answer: () => Promise<unknown>
const send = vi.fn(async (_upstream: string, _request: HttpRequest) => ({
  status: 200,
  headers: {},
  body: await answer(),
}))
const http: HttpClient = { send }
let callers: Authenticator
let nowMs = 0
const warn = vi.fn()

beforeEach(async () => {
  send.mockClear()
  warn.mockClear()
  nowMs = NOW_SECONDS * 1000
  const key = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }
  answer = async () => ({ keys: [key] })
  callers = oidc(http, {
    issuer: 'https://id.example',
    audience: 'gridtide',
    jwksUrl: 'https://id.example/keys',
    nowMs: () => nowMs,
    warn,
  })
})

interface Changes {
  readonly claims?: Record<string, unknown>
  readonly header?: Record<string, string>
  readonly issuer?: string
  readonly audience?: string
  readonly expires?: number
  readonly by?: typeof privateKey
}

const token = (changes: Changes = {}) =>
  new SignJWT({ tenant: 'acme', scope: 'read plan openid', ...changes.claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'one', ...changes.header })
    .setSubject('alice')
    .setIssuer(changes.issuer ?? 'https://id.example')
    .setAudience(changes.audience ?? 'gridtide')
    .setExpirationTime(changes.expires ?? NOW_SECONDS + 300)
    .sign(changes.by ?? privateKey)

describe('OpenID Connect', () => {
  it('knows a caller by a token that is signed, for us and still good', async () => {
    expect(await callers.authenticate(await token())).toEqual({
      subject: 'jwt:alice',
      tenant: 'acme',
      scopes: ['read', 'plan'],
      untilMs: (NOW_SECONDS + 300 + 60) * 1000,
    })
    await callers.authenticate(await token())
    expect(send).toHaveBeenCalledTimes(1)
    expect(send.mock.calls[0]![1].url).toBe('https://id.example/keys')
  })

  it('takes scopes as a list too, and forgives a minute of clock skew', async () => {
    const listed = await token({ claims: { scope: ['act', 'other'] }, expires: NOW_SECONDS - 30 })
    expect((await callers.authenticate(listed))?.scopes).toEqual(['act'])
    const none = await token({ claims: { scope: undefined } })
    expect((await callers.authenticate(none))?.scopes).toEqual([])
  })

  it('knows nobody by a token that is not all of that', async () => {
    const good = await token()
    const [header, , signature] = good.split('.')
    const forged = Buffer.from(JSON.stringify({ sub: 'root', scope: 'admin' })).toString(
      'base64url',
    )
    const unsigned = Buffer.from('{"alg":"none"}').toString('base64url')
    const shared = await new SignJWT({ tenant: 'acme', scope: 'admin' })
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .setSubject('root')
      .setIssuer('https://id.example')
      .setAudience('gridtide')
      .setExpirationTime(NOW_SECONDS + 300)
      .sign(Buffer.from(publicKey.export({ type: 'spki', format: 'pem' })))
    const bad: Readonly<Record<string, string>> = {
      expired: await token({ expires: NOW_SECONDS - 61 }),
      'another issuer': await token({ issuer: 'https://evil.example' }),
      'another audience': await token({ audience: 'billing' }),
      'another signer': await token({ by: stranger }),
      'unknown key': await token({ header: { kid: '../../etc/passwd' } }),
      'no tenant': await token({ claims: { tenant: undefined } }),
      'a tenant that is no text': await token({ claims: { tenant: { $ne: '' } } }),
      'forged claims': `${header}.${forged}.${signature}`,
      unsigned: `${unsigned}.${forged}.`,
      'shared secret': shared,
      'no token': 'x.y.z',
      'a key': 'gridtide_00000000_x',
    }
    for (const [what, text] of Object.entries(bad)) {
      expect(await callers.authenticate(text), what).toBeUndefined()
    }
  })

  it('uses the default tenant where the provider names none', async () => {
    const single = oidc(http, {
      issuer: 'https://id.example',
      audience: 'gridtide',
      jwksUrl: 'https://id.example/keys',
      defaultTenant: 'default',
      nowMs: () => nowMs,
      warn,
    })
    const anonymous = await token({ claims: { tenant: undefined } })
    expect((await single.authenticate(anonymous))?.tenant).toBe('default')
  })

  it('says that it cannot tell while the provider is away, rather than no', async () => {
    answer = () => Promise.reject(new UpstreamUnavailable('no answer', { upstream: 'oidc' }))
    await expect(callers.authenticate(await token())).rejects.toThrow('no answer')
    nowMs += 5_000
    answer = async () => ({ nonsense: true })
    await expect(callers.authenticate(await token())).rejects.toThrow('these are no keys')
  })

  it('asks a provider that is away once for all, and not again within seconds', async () => {
    answer = () => Promise.reject(new UpstreamUnavailable('no answer', { upstream: 'oidc' }))
    const bearer = await token()
    await Promise.allSettled(Array.from({ length: 5 }, () => callers.authenticate(bearer)))
    await callers.authenticate(bearer).catch(() => undefined)
    expect(send).toHaveBeenCalledTimes(1)
    expect(warn.mock.calls).toEqual([[expect.stringContaining('no answer')]])
  })
})

describe('an identity provider that goes away', () => {
  const HOUR_MS = 3_600_000
  let provider: Server
  let keys: object[]
  let asked: number
  let port = 0
  let app: FastifyInstance
  let registry: Registry

  const listen = () => new Promise<void>((done) => provider.listen(port, '127.0.0.1', done))
  const leave = () =>
    new Promise((done) => {
      provider.close(done)
      provider.closeAllConnections()
    })
  const ask = async (changes: Changes = {}) => {
    const expires = nowMs / 1000 + 300
    const authorization = `Bearer ${await token({ expires, ...changes })}`
    return app.inject({ url: '/v1/plans/current', headers: { authorization } })
  }
  const awaySeconds = async () => {
    const [, seconds] = /^gridtide_identity_provider_away_seconds (\S+)$/m.exec(
      await registry.metrics(),
    )!
    return Number(seconds)
  }

  beforeEach(async () => {
    keys = [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }]
    asked = 0
    port = await freePort()
    provider = createServer((_request, answer) => {
      asked += 1
      answer.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }))
    })
    await listen()
    const jwksUrl = `http://127.0.0.1:${port}/keys`
    const names = { issuer: 'https://id.example', audience: 'gridtide', jwksUrl }
    const tokens = oidc(axiosHttp(), { ...names, nowMs: () => nowMs, warn })
    registry = new Registry()
    identityProviderMetric(registry, tokens.awaySeconds)
    const ports = memoryPorts('acme')
    ports.tenants.get('acme')!.stored.push(aPlan(1))
    app = await buildApp(
      { ...ports, metrics: registry },
      {
        version: '1',
        security: { mode: 'closed', authenticators: [tokens] },
        limits: { guessesPerMinute: 1_000 },
      },
    )
  })
  afterEach(async () => {
    await app.close()
    await leave()
  })

  it('is done without for a day by those whose key is known', async () => {
    expect((await ask()).statusCode).toBe(200)
    await leave()
    for (const hours of [0.2, 1, 11, 11.7]) {
      nowMs += hours * HOUR_MS
      expect((await ask()).statusCode, `${hours} hours later`).toBe(200)
      expect((await ask({ by: stranger })).statusCode).toBe(401)
    }
    expect(await awaySeconds()).toBeCloseTo(23.9 * 3600)
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/for up to 24 hours/)]])
    nowMs += 0.2 * HOUR_MS
    const late = await ask()
    expect(late.statusCode).toBe(503)
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(0)
    await listen()
    nowMs += 30_000
    expect((await ask()).statusCode).toBe(200)
    expect(warn.mock.lastCall).toEqual(['the identity provider answers again'])
    expect(await awaySeconds()).toBe(0)
  })

  it('leaves open who a key is that was never seen, until it is back', async () => {
    await ask()
    await leave()
    const other = { header: { kid: 'two' }, by: stranger }
    nowMs += 30_000
    for (let times = 0; times < 3; times++) {
      const unknown = await ask(other)
      expect(unknown.statusCode).toBe(503)
      expect(unknown.headers['retry-after']).toBe('30')
      expect((await ask()).statusCode).toBe(200)
    }
    await listen()
    nowMs += 30_000
    expect((await ask(other)).statusCode).toBe(401)
    const strangersKey = await exportJWK(createPublicKey(stranger))
    keys.push({ ...strangersKey, kid: 'two', alg: 'ES256', use: 'sig' })
    nowMs += 30_000
    expect((await ask(other)).statusCode).toBe(200)
  })

  it('is asked before keys are used that are ten minutes old: a withdrawn one is refused', async () => {
    await ask()
    keys = []
    nowMs += 600_000
    expect((await ask()).statusCode).toBe(200)
    nowMs += 1
    expect((await ask()).statusCode).toBe(401)
    expect(asked).toBe(2)
  })
})
