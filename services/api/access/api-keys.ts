import { type KeyStore, type KeyVerifierOptions, keyVerifier } from '../../keys/index.ts'
import type { Authenticator } from './authenticator.ts'

/** Callers by the keys that this service hands out. */
export function apiKeys(store: KeyStore, options: KeyVerifierOptions): Authenticator {
  const verify = keyVerifier(store, options)
  return {
    async authenticate(credential) {
      const key = await verify(credential)
      return (
        key && {
          subject: `key:${key.prefix} (${key.label})`,
          tenant: key.tenant,
          scopes: key.scopes,
        }
      )
    },
  }
}
