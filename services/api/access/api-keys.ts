import {
  type KeyStore,
  type KeyVerifierOptions,
  keyVerifier,
  type StoredKey,
} from '../../keys/index.ts'
import type { Authenticator } from './authenticator.ts'
import type { Caller } from './caller.ts'

/** Callers by the keys that this service hands out. */
export function apiKeys(store: KeyStore, options: KeyVerifierOptions): Authenticator {
  const { recall, isCheap, verify } = keyVerifier(store, options)
  const callers = new WeakMap<StoredKey, Caller>()

  function callerOf(key: StoredKey | undefined): Caller | undefined {
    if (!key) return undefined
    const known = callers.get(key)
    if (known) return known
    const { prefix, label, tenant, scopes } = key
    const caller = { subject: `key:${prefix} (${label})`, tenant, scopes }
    callers.set(key, caller)
    return caller
  }

  return {
    recall(credential) {
      const find = recall(credential)
      return () => callerOf(find())
    },
    isCheap,
    authenticate: async (credential) => callerOf(await verify(credential)),
  }
}
