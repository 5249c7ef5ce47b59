import ipaddr from 'ipaddr.js'

const GROUPS_OF_A_NETWORK = 4

/**
 * Whose guesses count together: an IPv4 address, or the /64 of an IPv6 one, all of which a single
 * host may have.
 *
 * @param ip as the connection or a trusted proxy tells it; undefined where the caller has gone
 */
export function guessSource(ip: string | undefined): string {
  if (ip === undefined || !ipaddr.isValid(ip)) return 'unknown'
  const address = ipaddr.process(ip)
  if (!('parts' in address)) return address.toString()
  return `${new ipaddr.IPv6([...address.parts.slice(0, GROUPS_OF_A_NETWORK), 0, 0, 0, 0])}/64`
}
