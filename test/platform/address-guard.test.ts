import { createServer } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  guardedAgents,
  mayConnect,
  PRIVATE_NETWORKS,
} from '../../services/platform/address-guard.ts'
import { axiosHttp } from '../../services/platform/http.ts'

const HOSTILE_ADDRESSES = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1',
  '100.127.255.254',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.0.1',
  '169.254.169.254',
  '169.254.170.2',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.0.192',
  '192.0.2.1',
  '192.168.0.1',
  '192.168.255.255',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::7f00:1',
  '::127.0.0.1',
  '::a9fe:a9fe',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '64:ff9b::7f00:1',
  '64:ff9b::169.254.169.254',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2001:10::1',
  '2002:7f00:1::1',
  '2002:a9fe:a9fe::1',
  '3fff::1',
  '5f00::1',
  'fc00::1',
  'fd00:ec2::254',
  'fdff::1',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  'ff05::1:3',
  'localhost',
  '',
  'not an address',
]

/** Spellings that `URL` turns into one of the above, or that only look harmless. */
const HOSTILE_URLS = [
  'http://127.1/',
  'http://127.0.1/',
  'http://0/',
  'http://0x7f.1/',
  'http://0x7f000001/',
  'http://0177.0.0.1/',
  'http://017700000001/',
  'http://2130706433/',
  'http://127.0.0.1.:1/',
  'http://①②⑦.0.0.1/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::127.0.0.1]/',
  'http://[0:0:0:0:0:0:0:1]/',
  'https://127.0.0.1/',
  'https://2852039166/latest/meta-data/',
  'https://[::ffff:169.254.169.254]/',
  'https://localhost/',
  'http://localhost/',
  'http://LOCALHOST./',
  'http://8.8.8.8/',
  ...HOSTILE_ADDRESSES.filter((address) => isIP(address) > 0 && !address.includes('%')).map(
    (address) => (isIP(address) === 6 ? `https://[${address}]/` : `https://${address}/`),
  ),
]

describe('the guard of addresses', () => {
  it('is tried on at least sixty hostile URLs', () => {
    expect(new Set(HOSTILE_URLS).size).toBeGreaterThanOrEqual(60)
  })

  it.each(HOSTILE_ADDRESSES)('refuses %s', (address) => {
    expect(mayConnect(address, [])).toBe(false)
  })

  it.each(['1.1.1.1', '93.184.215.14', '2606:4700::1111', '2a00:1450:4001::8'])(
    'takes %s',
    (address) => {
      expect(mayConnect(address, [])).toBe(true)
    },
  )

  it('takes what is allowed, in whatever spelling', () => {
    expect(mayConnect('10.1.2.3', ['10.1.0.0/16'])).toBe(true)
    expect(mayConnect('::ffff:10.1.2.3', ['10.1.0.0/16'])).toBe(true)
    expect(mayConnect('10.2.2.3', ['10.1.0.0/16', 'some.host', 'fd00::/8'])).toBe(false)
    expect(mayConnect('fd00::5', ['fd00::/8'])).toBe(true)
  })

  it('keeps cloud credentials out of what counts as private', () => {
    expect(mayConnect('192.168.1.1', PRIVATE_NETWORKS)).toBe(true)
    expect(mayConnect('169.254.169.254', PRIVATE_NETWORKS)).toBe(false)
    expect(mayConnect('fe80::1', PRIVATE_NETWORKS)).toBe(false)
  })

  describe('on a connection', () => {
    let hits = 0
    const server = createServer((_request, response) => {
      hits += 1
      response.end()
    })
    let port = 0
    beforeAll(async () => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      port = (server.address() as AddressInfo).port
    })
    afterAll(() => server.close())

    const clientFor = (allow: readonly string[]) => {
      const { http, https } = guardedAgents(allow)
      return axiosHttp({ httpAgent: http, httpsAgent: https, timeoutMs: 2_000 })
    }

    it.each(HOSTILE_URLS)('refuses %s', async (text) => {
      const url = new URL(text)
      url.port = String(port)
      const sent = clientFor([]).send('hook', { url: url.href })
      await expect(sent).rejects.toThrow(/ADDRESS_REFUSED|ENOTFOUND|EAI_AGAIN/)
      expect(hits).toBe(0)
    })

    it('looks at every address that a name resolves to', async () => {
      const agent = clientFor(['::1/128'])
      await expect(agent.send('hook', { url: `http://localhost:${port}/` })).rejects.toThrow()
      expect(hits).toBe(0)
      await clientFor(['127.0.0.0/8', '::1/128']).send('hook', { url: `http://localhost:${port}/` })
      expect(hits).toBe(1)
    })
  })
})
