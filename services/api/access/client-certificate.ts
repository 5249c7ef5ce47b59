import ipaddr from 'ipaddr.js'
import type { Caller, Scope } from './caller.ts'

/**
 * Mutual TLS that ends at a proxy in front: the proxy checks the certificate of a client and says in
 * a header whose it is. The header is believed from the proxy alone; from anybody else it is nothing.
 */
export interface ClientCertificates {
  /** Lower case, e.g. `x-client-subject`. The proxy must remove it from what clients send. */
  readonly header: string
  /** Addresses of the proxy, as CIDR ranges. */
  readonly proxies: readonly string[]
  readonly tenant: string
  /** Of every client whose certificate the proxy lets through. */
  readonly scopes: readonly Scope[]
}

const LONGEST_SUBJECT = 200

/** @returns the caller that the proxy vouches for; undefined where none does */
export function certifiedCaller(
  { header, proxies, tenant, scopes }: ClientCertificates,
  request: {
    /** Of the other end of the connection, whomever that speaks for; undefined where it has gone. */
    readonly remoteAddress: string | undefined
    readonly headers: Readonly<Record<string, string | string[] | undefined>>
  },
): Caller | undefined {
  const subject = request.headers[header]
  if (typeof subject !== 'string' || subject === '' || subject.length > LONGEST_SUBJECT) {
    return undefined
  }
  if (request.remoteAddress === undefined) return undefined
  const address = ipaddr.process(request.remoteAddress)
  const vouched = proxies.some((range) => {
    const [network, bits] = ipaddr.parseCIDR(range)
    return network.kind() === address.kind() && address.match([network, bits] as never)
  })
  return vouched ? { subject: `cert:${subject}`, tenant, scopes } : undefined
}
