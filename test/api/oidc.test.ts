import { generateKeyPairSync } from 'node:crypto'
import { exportJWK, SignJWT } from 'jose'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Authenticator } from '../../services/api/access/authenticator.ts'
import { oidc } from '../../services/api/access/oidc.ts'
import { UpstreamUnavailable } from '../../services/domain/errors.ts'
import type { HttpClient, HttpRequest } from '../../services/platform/http.ts'

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

beforeEach(async () => {
  send.mockClear()
  const key = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }
  answer = async () => ({ keys: [key] })
  callers = oidc(http, {
    issuer: 'https://id.example',
    audience: 'gridtide',
    jwksUrl: 'https://id.example/keys',
    nowMs: () => NOW_SECONDS * 1000,
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
      nowMs: () => NOW_SECONDS * 1000,
    })
    const anonymous = await token({ claims: { tenant: undefined } })
    expect((await single.authenticate(anonymous))?.tenant).toBe('default')
  })

  it('goes on with the keys that it has while the provider is away', async () => {
    await callers.authenticate(await token())
    answer = () => Promise.reject(new UpstreamUnavailable('no answer', { upstream: 'oidc' }))
    expect(await callers.authenticate(await token())).toMatchObject({ subject: 'jwt:alice' })
    expect(await callers.authenticate(await token({ by: stranger }))).toBeUndefined()
  })

  it('says that it cannot tell while the provider is away, rather than no', async () => {
    answer = () => Promise.reject(new UpstreamUnavailable('no answer', { upstream: 'oidc' }))
    await expect(callers.authenticate(await token())).rejects.toThrow('no answer')
    answer = async () => ({ nonsense: true })
    await expect(callers.authenticate(await token())).rejects.toThrow('these are no keys')
  })
})
