import { describe, expect, it } from 'vitest'
import { readEnv } from '../../config/env.ts'

describe('the environment', () => {
  it('needs nothing to be set', () => {
    expect(readEnv({ PORT: '', PATH: '/bin' })).toEqual({
      home: './.gridtide',
      tenant: 'default',
      authRequired: false,
      dataFolder: '../shared/data',
      host: '127.0.0.1',
      port: 8080,
      logLevel: 'info',
      tickSeconds: 300,
    })
  })

  it('takes what is set', () => {
    const env = readEnv({
      GRIDTIDE_HOME: '/var/lib/gridtide',
      GRIDTIDE_FLEET: 'fleet.yaml',
      DATABASE_URL: 'postgresql://db/x',
      REDIS_URL: 'rediss://r:6380',
      HOST: '0.0.0.0',
      PORT: '0',
      LOG_LEVEL: 'debug',
    })
    expect(env).toMatchObject({ fleet: 'fleet.yaml', port: 0, logLevel: 'debug' })
    expect(env).toMatchObject({ databaseUrl: 'postgresql://db/x', redisUrl: 'rediss://r:6380' })
  })

  it('names every variable that is wrong, and no value that may be secret', () => {
    const read = () => readEnv({ DATABASE_URL: 'mysql://me:hush@db', PORT: 'http', LOG_LEVEL: 'x' })
    expect(read).toThrow(/DATABASE_URL .*PORT .*LOG_LEVEL /s)
    expect(read).not.toThrow(/hush/)
    expect(() => readEnv({ PORT: '70000' })).toThrow(/PORT 70000/)
  })

  it("takes the external scaler's certificates whole, or not at all", () => {
    expect(readEnv({ GRIDTIDE_SCALER_PORT: '9090' }).scaler).toEqual({ port: 9090 })
    const files = { GRIDTIDE_SCALER_CERT: 'c', GRIDTIDE_SCALER_KEY: 'k', GRIDTIDE_SCALER_CA: 'a' }
    expect(readEnv({ GRIDTIDE_SCALER_PORT: '0', ...files }).scaler).toEqual({
      port: 0,
      tls: { certificate: 'c', key: 'k', clientAuthority: 'a' },
    })
    expect(readEnv({}).scaler).toBeUndefined()
    expect(() => readEnv({ GRIDTIDE_SCALER_PORT: '1', GRIDTIDE_SCALER_KEY: 'k' })).toThrow(
      'go together',
    )
    expect(() => readEnv({ GRIDTIDE_SCALER_PORT: '70000' })).toThrow('GRIDTIDE_SCALER_PORT 70000')
  })

  it('trusts the proxies it is told of, and none unless', () => {
    expect(readEnv({}).trustedProxies).toBeUndefined()
    const listed = readEnv({ GRIDTIDE_TRUST_PROXY: '10.0.0.5,10.1.0.0/16,fd00::/8,::1' })
    expect(listed.trustedProxies).toEqual(['10.0.0.5', '10.1.0.0/16', 'fd00::/8', '::1'])
    for (const text of ['10.0.0', '10.0.0.0/33', '1']) {
      expect(() => readEnv({ GRIDTIDE_TRUST_PROXY: text })).toThrow('GRIDTIDE_TRUST_PROXY')
    }
  })

  it('takes ways to sign in whole, or not at all', () => {
    const oidc = {
      GRIDTIDE_OIDC_ISSUER: 'https://id.example.com',
      GRIDTIDE_OIDC_AUDIENCE: 'gridtide',
      GRIDTIDE_OIDC_JWKS_URL: 'https://id.example.com/jwks',
    }
    expect(readEnv(oidc).oidc).toEqual({
      issuer: 'https://id.example.com',
      audience: 'gridtide',
      jwksUrl: 'https://id.example.com/jwks',
    })
    expect(() => readEnv({ ...oidc, GRIDTIDE_OIDC_AUDIENCE: '' })).toThrow('go together')
    const mtls = {
      GRIDTIDE_MTLS_HEADER: 'x-subject',
      GRIDTIDE_MTLS_PROXIES: '10.0.0.5/32,fd00::/8',
    }
    expect(readEnv({ ...mtls, GRIDTIDE_MTLS_SCOPES: 'read,plan' }).certificates).toEqual({
      header: 'x-subject',
      proxies: ['10.0.0.5/32', 'fd00::/8'],
      scopes: ['read', 'plan'],
    })
    expect(() => readEnv({ GRIDTIDE_MTLS_HEADER: 'x-subject' })).toThrow('go together')
    for (const range of ['10.0.0.5', '10.0.0.5/33', 'fd00::/129', '1.2.3/8']) {
      expect(() => readEnv({ ...mtls, GRIDTIDE_MTLS_PROXIES: range })).toThrow('no CIDR range')
    }
  })
})
