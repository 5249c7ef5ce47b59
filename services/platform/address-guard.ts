import { lookup as resolve } from 'node:dns'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'

/** What `allowPrivate` means. Link-local is not in it: clouds keep their credentials there. */
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
const IPV4_COMPATIBLE = ipaddr.parseCIDR('::/96')

type MayUse = (address: string) => boolean

/**
 * @param address an IP literal in any spelling
 * @param allow CIDR ranges that are fine whatever they are
 * @returns whether it is out on the internet, or allowed
 */
export function mayConnect(address: string, allow: readonly string[]): boolean {
  if (!ipaddr.isValid(address)) return false
  const ip = ipaddr.process(address)
  if (isAllowed(ip, allow)) return true
  const compatible = ip.kind() === 'ipv6' && (ip as ipaddr.IPv6).match(IPV4_COMPATIBLE)
  return ip.range() === 'unicast' && !compatible
}

function isAllowed(ip: ipaddr.IPv4 | ipaddr.IPv6, allow: readonly string[]): boolean {
  return allow.filter(ipaddr.isValidCIDR).some((range) => {
    const [network, bits] = ipaddr.parseCIDR(range)
    return network.kind() === ip.kind() && ip.match([network, bits] as never)
  })
}

/**
 * Agents that connect to public addresses and to those allowed, whatever a name resolves to: each
 * address of an answer is looked at, and the connection goes to the one that was looked at, so
 * there is no second look-up to lie in. Plain HTTP is for allowed addresses alone.
 *
 * @param allow host names and CIDR ranges
 */
export function guardedAgents(allow: readonly string[]) {
  const http = new HttpAgent({ keepAlive: true, timeout: IDLE_MS })
  const https = new HttpsAgent({ keepAlive: true, timeout: IDLE_MS })
  guard(http, allow, (address) => mayConnect(address, allow) && mustBeAllowed(address, allow))
  guard(https, allow, (address) => mayConnect(address, allow))
  return { http, https }
}

function mustBeAllowed(address: string, allow: readonly string[]): boolean {
  return isAllowed(ipaddr.process(address), allow)
}

function guard(agent: HttpAgent, allow: readonly string[], mayUse: MayUse): void {
  const connect = agent.createConnection.bind(agent)
  agent.createConnection = (options, callback) => {
    const host = (options.host ?? '').replace(/^\[|\]$/g, '')
    if (allow.includes(host)) return connect(options, callback)
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
