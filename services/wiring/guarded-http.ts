import { guardedAgents, PRIVATE_NETWORKS } from '../platform/address-guard.ts'
import { axiosHttp, type HttpClient } from '../platform/http.ts'

/** Where calls may go besides the internet, as a fleet file says. */
interface Reach {
  readonly allowPrivate: boolean
  /** Host names, addresses and CIDR ranges. */
  readonly allow: readonly string[]
}

export const allowedBy = ({ allowPrivate, allow }: Reach): readonly string[] => [
  ...allow,
  ...(allowPrivate ? PRIVATE_NETWORKS : []),
]

/** A client for addresses out of a fleet file; private networks only where the file says so. */
export function guardedHttp(reach: Reach): HttpClient {
  const agents = guardedAgents(allowedBy(reach))
  return axiosHttp({ httpAgent: agents.http, httpsAgent: agents.https })
}
