import { InvalidInput } from '../domain/errors.ts'
import { newKeyText } from './key-text.ts'
import type { KeyScope, KeyStore, StoredKey } from './port.ts'
import { prove } from './proof.ts'

export interface NewKey {
  readonly tenant: string
  readonly label: string
  readonly scopes: readonly KeyScope[]
  readonly expiresAtMs?: number
  /** Names the request: asked again, the key that nobody saw gives way to this one. */
  readonly onceId?: string | undefined
}

/** A key and its text, not yet kept. */
export async function makeKey(
  { tenant, label, scopes, expiresAtMs }: Omit<NewKey, 'onceId'>,
  nowMs: number,
): Promise<{ readonly text: string; readonly key: StoredKey }> {
  const { text, prefix, secret } = newKeyText()
  const key: StoredKey = {
    prefix,
    proof: await prove(secret),
    tenant,
    label,
    scopes: [...new Set(scopes)],
    createdAtMs: nowMs,
    ...(expiresAtMs !== undefined && { expiresAtMs }),
  }
  return { text, key }
}

/**
 * Makes a key. Its text is in the answer and nowhere else, ever.
 *
 * @throws InvalidInput where it would have ended already
 */
export async function createKey(
  store: KeyStore,
  { onceId, ...wanted }: NewKey,
  nowMs: number,
): Promise<{ readonly text: string; readonly key: StoredKey }> {
  if (wanted.expiresAtMs !== undefined && wanted.expiresAtMs <= nowMs) {
    throw new InvalidInput('a key cannot end before it begins', [
      { path: '/expiresAtMs', message: 'has passed already' },
    ])
  }
  const made = await makeKey(wanted, nowMs)
  await store.add(made.key, onceId)
  return made
}
