import { Conflict, NotFound } from '../../services/domain/errors.ts'
import type { KeyStore, StoredKey } from '../../services/keys/index.ts'

/** Keys in memory. */
export function memoryKeys(): KeyStore & { readonly all: Map<string, StoredKey> } {
  const all = new Map<string, StoredKey>()
  const once = new Map<string, string>()
  const hearers: ((prefix: string) => void)[] = []
  const change = (tenant: string, prefix: string, more: (key: StoredKey) => StoredKey) => {
    const key = all.get(prefix)
    if (key?.tenant !== tenant) throw new NotFound(`there is no key ${prefix}`)
    all.set(prefix, more(key))
    for (const hear of hearers) hear(prefix)
    return all.get(prefix)!
  }
  return {
    all,
    async add(key, onceId) {
      if (all.has(key.prefix)) throw new Conflict('exists already')
      if (onceId !== undefined) {
        all.delete(once.get(onceId) ?? '')
        once.set(onceId, key.prefix)
      }
      all.set(key.prefix, key)
    },
    wasMade: async (_tenant, onceId) => once.has(onceId),
    find: async (prefix) => all.get(prefix),
    list: async (tenant) => [...all.values()].filter((key) => key.tenant === tenant),
    expire: async (tenant, prefix, atMs) =>
      change(tenant, prefix, (key) => ({
        ...key,
        expiresAtMs: Math.min(atMs, key.expiresAtMs ?? Number.POSITIVE_INFINITY),
      })),
    revoke: async (tenant, prefix, atMs) =>
      change(tenant, prefix, (key) => ({ ...key, revokedAtMs: atMs })),
    forget: async () => 0,
    isEmpty: async (tenant) => ![...all.values()].some((key) => key.tenant === tenant),
    async addFirst(key) {
      if ([...all.values()].some(({ tenant }) => tenant === key.tenant)) return false
      all.set(key.prefix, key)
      return true
    },
    whenEnded: (hear) => void hearers.push(hear),
  }
}
