import { apiKeys, identityProviderMetric, isLoopback, oidc, type Security } from '../api/index.ts'
import { bootstrapKey } from '../keys/index.ts'
import { axiosHttp } from '../platform/http.ts'
import type { Service } from './service.ts'

/**
 * Who may call. On loopback whoever can reach us owns this machine, unless `GRIDTIDE_AUTH=required`;
 * anywhere else a credential is needed.
 *
 * @param tell prints the first admin key, once in the life of an installation
 */
export async function securityFor(
  { env, tenant, stores, nowMs, log, metrics }: Service,
  tell: (line: string) => void,
): Promise<Security> {
  const first = await bootstrapKey(stores.keys, tenant, nowMs())
  if (first) tell(`First API key, shown this once: ${first}\n`)
  if (isLoopback(env.host) && !env.authRequired) return { mode: 'open', tenant }
  const keys = apiKeys(stores.keys, { nowMs })
  const { oidc: provider, certificates } = env
  const warn = (words: string) => log.warn(words)
  const tokens = provider && oidc(axiosHttp(), { ...provider, defaultTenant: tenant, nowMs, warn })
  if (tokens) identityProviderMetric(metrics.registry, tokens.awaySeconds)
  return {
    mode: 'closed',
    authenticators: tokens ? [keys, tokens] : [keys],
    ...(certificates && { certificates: { ...certificates, tenant } }),
  }
}
