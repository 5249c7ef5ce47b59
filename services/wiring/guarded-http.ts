import { InvalidInput } from '../domain/errors.ts'
import { guardedAgents, isAllowable, PRIVATE_NETWORKS } from '../platform/address-guard.ts'
import { axiosHttp, type HttpClient } from '../platform/http.ts'

/** Where calls may go besides the internet, as a fleet file says. */
interface Reach {
  readonly allowPrivate: boolean
  /** Host names, addresses and CIDR ranges. */
  readonly allow: readonly string[]
}

/** @throws InvalidInput naming what is no CIDR range */
export function allowedBy({ allowPrivate, allow }: Reach): readonly string[] {
  const wrong = allow.find((entry) => !isAllowable(entry))
  if (wrong !== undefined) throw new InvalidInput(`allow: ${wrong} is no CIDR range`)
  return [...allow, ...(allowPrivate ? PRIVATE_NETWORKS : [])]
}

/** A client for addresses out of a fleet file; private networks only where the file says so. */
export function guardedHttp(reach: Reach): HttpClient {
  const agents = guardedAgents(allowedBy(reach))
  return axiosHttp({ httpAgent: agents.http, httpsAgent: agents.https })
}
