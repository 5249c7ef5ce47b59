import { lookup as resolve } from 'node:dns'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'

/** What `allowPrivate` means. */
export const PRIVATE_NETWORKS: readonly string[] = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '::1/128',
  'fc00::/7',
]
const IDLE_MS = 30_000
/** 0:0:0:0:0:0:a.b.c.d, long deprecated; ipaddr.js takes it for public. */
const IPV4_COMPATIBLE = [ipaddr.parseCIDR('::/96')]
/** What answers whoever is on the machine: clouds keep their credentials there. */
const OF_THE_MACHINE = [
  '169.254.0.0/16',
  'fe80::/10',
  'fd00:ec2::254/128', // AWS
  '100.100.100.200/32', // Alibaba Cloud
  '168.63.129.16/32', // Azure
].map((range) => ipaddr.parseCIDR(range))

type Ip = ipaddr.IPv4 | ipaddr.IPv6
type Range = readonly [Ip, number]
type MayUse = (address: string) => boolean

/**
 * @param address an IP literal in any spelling
 * @param allow addresses and CIDR ranges that are fine whatever they are; link-local ones and where
 *   clouds keep their credentials only where each is named by itself
 * @param isNamed it is of a host that is allowed by its name
 * @returns whether it is out on the internet, or allowed
 */
export function mayConnect(address: string, allow: readonly string[], isNamed = false): boolean {
  if (!ipaddr.isValid(address)) return false
  const ip = ipaddr.process(address)
  const allowed = rangesOf(allow)
  if (isWithin(ip, OF_THE_MACHINE)) return isWithin(ip, allowed.filter(isOne))
  if (isNamed || isWithin(ip, allowed)) return true
  return ip.range() === 'unicast' && !isWithin(ip, IPV4_COMPATIBLE)
}

const rangesOf = (allow: readonly string[]): readonly Range[] =>
  allow.flatMap((entry): Range[] => {
    if (ipaddr.isValidCIDR(entry)) return [ipaddr.parseCIDR(entry)]
    return isIP(entry) ? [[ipaddr.process(entry), bitsOf(ipaddr.process(entry))]] : []
  })

const bitsOf = (ip: Ip): number => 8 * ip.toByteArray().length
const isOne = ([ip, bits]: Range): boolean => bits === bitsOf(ip)
const isWithin = (ip: Ip, ranges: readonly Range[]): boolean =>
  ranges.some((range) => range[0].kind() === ip.kind() && ip.match(range as never))

/**
 * Agents that connect to public addresses and to those allowed, whatever a name resolves to: each
 * address of an answer is looked at, and the connection goes to the one that was looked at, so
 * there is no second look-up to lie in. Plain HTTP is for what is allowed alone.
 *
 * @param allow host names, addresses and CIDR ranges
 */
export function guardedAgents(allow: readonly string[]) {
  const http = new HttpAgent({ keepAlive: true, timeout: IDLE_MS })
  const https = new HttpsAgent({ keepAlive: true, timeout: IDLE_MS })
  const names = new Set(allow.map((entry) => entry.toLowerCase()))
  const ranges = rangesOf(allow)
  guard(https, (host) => (address) => mayConnect(address, allow, names.has(host)))
  guard(http, (host) => (address) => {
    const isNamed = names.has(host)
    if (!mayConnect(address, allow, isNamed)) return false
    return isNamed || isWithin(ipaddr.process(address), ranges)
  })
  return { http, https }
}

function guard(agent: HttpAgent, forHost: (host: string) => MayUse): void {
  const connect = agent.createConnection.bind(agent)
  agent.createConnection = (options, callback) => {
    const host = (options.host ?? '').replace(/^\[|\]$/g, '').toLowerCase()
    const mayUse = forHost(host)
    // A literal never reaches `lookup`, so it is looked at here.
    if (isIP(host) && !mayUse(host)) {
      callback?.(refused(host), undefined as never)
      return undefined
    }
    return connect({ ...options, lookup: guardedLookup(mayUse) }, callback)
  }
}

function guardedLookup(mayUse: MayUse): LookupFunction {
  return (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '')
      const [first] = found
      if (!first || !found.every(({ address }) => mayUse(address))) {
        return callback(refused(host), '')
      }
      if (options.all) return callback(null, found)
      return callback(null, first.address, first.family)
    })
  }
}

/** The code is what an HTTP client reports of a connection that failed. */
const refused = (host: string): Error =>
  Object.assign(new Error(`${host} is not an address that may be called`), {
    code: 'ADDRESS_REFUSED',
  })
