import dns from 'node:dns'
import { createServer, type Server } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import { type AddressInfo, isIP } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { freePort } from '../../infra/bootstrap/servers.mjs'
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
    expect(mayConnect('fd00:ec2::254', PRIVATE_NETWORKS)).toBe(false)
    expect(mayConnect('100.100.100.200', PRIVATE_NETWORKS)).toBe(false)
    expect(mayConnect('168.63.129.16', [])).toBe(false)
  })

  it.each(['169.254.169.254', '::ffff:169.254.169.254', 'fe80::1', 'fd00:ec2::254'])(
    'refuses %s whatever is allowed, unless it is named by itself',
    (address) => {
      const wide = ['0.0.0.0/0', '::/0', '169.254.0.0/16', 'fe80::/10', '169.254.169.252/30']
      expect(mayConnect(address, wide)).toBe(false)
      expect(mayConnect(address, wide, true)).toBe(false)
      const named = ['169.254.169.254', 'fe80::1/128', 'fd00:ec2::254']
      expect(mayConnect(address, named)).toBe(true)
    },
  )

  it('takes one address as a range of one', () => {
    expect(mayConnect('10.0.0.7', ['10.0.0.7'])).toBe(true)
    expect(mayConnect('10.0.0.8', ['10.0.0.7'])).toBe(false)
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

/**
 * A name that resolves to an allowed address at first and to another afterwards, for whoever asks,
 * Node's own sockets included. Who looks a name up and then connects by it is led astray.
 */
describe('a name that changes its mind', () => {
  const GOOD = '127.0.0.2'
  const BAD = '127.0.0.1'
  const NAME = 'rebound.test'
  const hits: Record<string, number> = {}
  const hosts: Record<string, string | undefined> = {}
  const servers: Server[] = []
  let answers: string[] = []
  let asked = 0
  let port = 0
  let redirect = ''

  beforeAll(async () => {
    port = await freePort()
    for (const address of [GOOD, BAD]) {
      const server = createServer((request, response) => {
        hits[address]! += 1
        hosts[address] = request.headers.host
        response.setHeader('connection', 'close')
        if (redirect) response.writeHead(302, { location: redirect })
        response.end()
      })
      await new Promise<void>((resolve) => server.listen(port, address, resolve))
      servers.push(server)
    }
    vi.spyOn(dns, 'lookup').mockImplementation(((_host: string, options: object, done: never) => {
      asked += 1
      const address = answers.length > 1 ? answers.shift()! : answers[0]!
      const found = { address, family: 4 }
      const tell = done as unknown as (error: null, ...found: unknown[]) => void
      if ('all' in options && options.all) tell(null, [found])
      else tell(null, address, 4)
    }) as never)
    syncBuiltinESMExports()
  })
  afterAll(() => {
    vi.restoreAllMocks()
    syncBuiltinESMExports()
    for (const server of servers) server.close()
  })
  beforeEach(() => {
    answers = [GOOD, BAD]
    asked = 0
    redirect = ''
    Object.assign(hits, { [GOOD]: 0, [BAD]: 0 })
  })

  const send = (allow: readonly string[] = [`${GOOD}/32`]) => {
    const { http, https } = guardedAgents(allow)
    const client = axiosHttp({ httpAgent: http, httpsAgent: https, timeoutMs: 2_000 })
    return () => client.send('hook', { url: `http://${NAME}:${port}/` })
  }

  it('leads astray who connects by the name, so that these tests can fail', async () => {
    await new Promise((resolve) => dns.lookup(NAME, {}, resolve))
    await axiosHttp().send('hook', { url: `http://${NAME}:${port}/` })
    expect(hits).toEqual({ [GOOD]: 0, [BAD]: 1 })
  })

  it('is connected to where it was looked at, and refused when it has changed', async () => {
    const ask = send()
    await ask()
    expect({ hits, asked }).toEqual({ hits: { [GOOD]: 1, [BAD]: 0 }, asked: 1 })
    expect(hosts[GOOD]).toBe(`${NAME}:${port}`)
    await expect(ask()).rejects.toThrow('ADDRESS_REFUSED')
    expect({ hits, asked }).toEqual({ hits: { [GOOD]: 1, [BAD]: 0 }, asked: 2 })
  })

  it('is not followed by a redirect', async () => {
    redirect = `http://${NAME}:${port}/latest/meta-data`
    await expect(send()()).rejects.toMatchObject({ code: 'UPSTREAM_REFUSED', httpStatus: 302 })
    expect({ hits, asked }).toEqual({ hits: { [GOOD]: 1, [BAD]: 0 }, asked: 1 })
  })

  it('reaches no credentials of a cloud, even where its name is allowed', async () => {
    answers = ['169.254.169.254']
    await expect(send([NAME])()).rejects.toThrow('ADDRESS_REFUSED')
    answers = [BAD]
    await send([NAME.toUpperCase()])()
    expect(hits[BAD]).toBe(1)
  })
})
