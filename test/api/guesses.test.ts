import { describe, expect, it, vi } from 'vitest'
import { apiKeys } from '../../services/api/access/api-keys.ts'
import { buildApp } from '../../services/api/app.ts'
import { createKey } from '../../services/keys/index.ts'
import { isProvenBy } from '../../services/keys/proof.ts'
import { memoryPorts, NOW_MS } from './memory-ports.ts'

vi.mock('../../services/keys/proof.ts', { spy: true })

const ports = memoryPorts('acme', 'globex')
const keyOf = async (tenant: string) =>
  (await createKey(ports.keys, { tenant, label: 'x', scopes: ['read'] }, NOW_MS)).text

describe('limits', () => {
  it('lets an address guess only so often, and a caller call', async () => {
    const limited = await buildApp(
      { ...ports, metrics: memoryPorts().metrics },
      {
        version: '1',
        security: {
          mode: 'closed',
          authenticators: [apiKeys(ports.keys, { nowMs: () => NOW_MS })],
        },
        limits: { guessesPerMinute: 3, requestsPerMinute: 5 },
      },
    )
    const as = (key: string, remoteAddress: string) =>
      limited.inject({ url: '/v1/plans', headers: { 'x-api-key': key }, remoteAddress })
    const good = await keyOf('acme')
    for (let n = 0; n < 5; n++) expect((await as(good, '10.0.0.1')).statusCode).toBe(200)
    const over = await as(good, '10.0.0.2')
    expect(over.statusCode).toBe(429)
    expect(Number(over.headers['retry-after'])).toBeGreaterThan(0)
    expect(over.headers.ratelimit).toBe(`"calls";r=0;t=${over.headers['retry-after']}`)
    expect((await as(await keyOf('globex'), '10.0.0.1')).statusCode).toBe(200)

    ports.recorded.length = 0
    for (let n = 0; n < 3; n++) expect((await as('guess', '10.0.0.9')).statusCode).toBe(401)
    expect((await as('guess', '10.0.0.9')).statusCode).toBe(429)
    expect(ports.recorded).toHaveLength(3) // who guesses on cannot fill the audit log
    await limited.close()
  })

  it('locks no valid key out for what others guess at its address', async () => {
    const [known, unseen] = [await keyOf('acme'), await keyOf('acme')]
    let nowMs = NOW_MS
    const limited = await buildApp(
      { ...ports, metrics: memoryPorts().metrics },
      {
        version: '1',
        security: {
          mode: 'closed',
          authenticators: [apiKeys(ports.keys, { nowMs: () => nowMs })],
        },
        limits: { guessesPerMinute: 2 },
      },
    )
    const as = async (key: string, remoteAddress = '10.0.0.9') => {
      const headers = { ...(key && { 'x-api-key': key }) }
      return (await limited.inject({ url: '/v1/plans', headers, remoteAddress })).statusCode
    }
    expect(await as(known)).toBe(200)
    expect([await as(''), await as('guess'), await as(''), await as('guess')]).toEqual([
      401, 401, 429, 429,
    ])
    expect(await as(known)).toBe(200)
    nowMs += 60_000 // the store is asked again, which is cheap
    // Guesses at a key that is there are slow to refuse, so from here that is done one at a time.
    const guess = `${unseen.slice(0, -4)}AAAA`
    vi.mocked(isProvenBy).mockClear()
    const slow = Array.from({ length: 4 }, () => as(guess))
    expect(await as(known)).toBe(200)
    expect(await Promise.all(slow)).toEqual([429, 429, 429, 429])
    expect(isProvenBy).toHaveBeenCalledTimes(1)
    expect(await as(unseen)).toBe(200)
    await limited.close()
  })

  it('counts guesses by who calls behind a trusted proxy, and by the network of IPv6', async () => {
    const limited = await buildApp(
      { ...ports, metrics: memoryPorts().metrics },
      {
        version: '1',
        security: { mode: 'closed', authenticators: [] },
        limits: { guessesPerMinute: 1 },
        trustedProxies: ['10.0.0.0/24'],
      },
    )
    const from = async (remoteAddress: string, forwardedFor?: string) => {
      const headers = { ...(forwardedFor && { 'x-forwarded-for': forwardedFor }) }
      return (await limited.inject({ url: '/v1/plans', headers, remoteAddress })).statusCode
    }
    expect([await from('10.0.0.1', '192.0.2.1'), await from('10.0.0.1', '192.0.2.2')]).toEqual([
      401, 401,
    ])
    expect(await from('10.0.0.2', '192.0.2.1')).toBe(429)
    // A header of somebody else is nothing.
    expect([await from('10.0.1.1', '192.0.2.3'), await from('10.0.1.1', '192.0.2.4')]).toEqual([
      401, 429,
    ])
    expect([
      await from('2001:db8::1'),
      await from('2001:db8::2:3'),
      await from('2001:db8:0:1::1'),
    ]).toEqual([401, 429, 401])
    expect([await from('::ffff:10.0.1.1'), await from('10.0.0.1', 'nonsense')]).toEqual([429, 401])
    await limited.close()
  })
})
