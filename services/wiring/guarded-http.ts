import { guardedAgents, PRIVATE_NETWORKS } from '../platform/address-guard.ts'
import { axiosHttp, type HttpClient } from '../platform/http.ts'

/** A client for addresses out of a fleet file; private networks only where the file says so. */
export function guardedHttp(allowPrivate: boolean): HttpClient {
  const agents = guardedAgents(allowPrivate ? PRIVATE_NETWORKS : [])
  return axiosHttp({ httpAgent: agents.http, httpsAgent: agents.https })
}
