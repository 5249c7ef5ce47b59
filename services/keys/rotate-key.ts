import { Conflict, NotFound } from '../domain/errors.ts'
import { createKey } from './create-key.ts'
import { hasEnded } from './has-ended.ts'
import type { KeyStore, StoredKey } from './port.ts'

export interface Rotation {
  readonly tenant: string
  readonly prefix: string
  readonly overlapMs: number
  /** Names the request: asked again, it goes on where it broke off. */
  readonly onceId?: string | undefined
}

/**
 * Makes a new key that may do what the old one may, and lets the old one live on for a while, so
 * that whoever uses it can change over.
 *
 * @throws NotFound where the tenant has no such key, Conflict where it has ended
 */
export async function rotateKey(
  store: KeyStore,
  { tenant, prefix, overlapMs, onceId }: Rotation,
  nowMs: number,
): Promise<{ readonly text: string; readonly key: StoredKey }> {
  const old = await store.find(prefix)
  if (old?.tenant !== tenant) throw new NotFound(`there is no key ${prefix}`)
  const again = onceId !== undefined && (await store.wasMade(tenant, onceId))
  if (hasEnded(old, nowMs) && !again) {
    throw new Conflict(`key ${prefix} has ended; make a new one`)
  }
  const { label, scopes } = old
  const made = await createKey(store, { tenant, label, scopes, onceId }, nowMs)
  await store.expire(tenant, prefix, nowMs + overlapMs)
  return made
}
