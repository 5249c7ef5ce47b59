import { hash } from 'node:crypto'
import { UpstreamUnavailable } from '../domain/errors.ts'
import { hasEnded } from './has-ended.ts'
import { type KeyParts, readKeyText } from './key-text.ts'
import type { KeyStore, StoredKey } from './port.ts'
import { isProvenBy } from './proof.ts'

export interface KeyVerifierOptions {
  readonly nowMs: () => number
  /** How long a verified key is believed without asking: a revoked one lives on for so long. */
  readonly trustMs?: number
  /** The same while the store is away, so that a lost database does not lock readers out. */
  readonly graceMs?: number
}

const TRUST_MS = 10_000
const GRACE_MS = 600_000
const MOST_REMEMBERED = 10_000

interface Remembered {
  readonly key: StoredKey
  readonly atMs: number
}

/**
 * Tells which key a text is. scrypt is slow on purpose, so what it said is remembered under a digest:
 * the memory of the process never holds a key. After a moment the store is asked again whether the
 * key still is what was proven; once for all who ask, and without another scrypt.
 *
 * @returns undefined where it is none, or one that has ended
 */
export function keyVerifier(
  store: KeyStore,
  { nowMs, trustMs = TRUST_MS, graceMs = GRACE_MS }: KeyVerifierOptions,
) {
  const remembered = new Map<string, Remembered>()
  const asking = new Map<string, Promise<StoredKey | undefined>>()

  async function verify(text: string, digest: string): Promise<StoredKey | undefined> {
    const parts = readKeyText(text)
    const key = parts && (await store.find(parts.prefix))
    const proven = async ({ proof }: StoredKey, { secret }: KeyParts) =>
      remembered.get(digest)?.key.proof === proof || isProvenBy(proof, secret)
    if (!key || hasEnded(key, nowMs()) || !(await proven(key, parts))) {
      remembered.delete(digest)
      return undefined
    }
    if (remembered.size >= MOST_REMEMBERED) remembered.clear()
    remembered.set(digest, { key, atMs: nowMs() })
    return key
  }

  function verifyOnce(text: string, digest: string): Promise<StoredKey | undefined> {
    const answer = asking.get(digest) ?? verify(text, digest).finally(() => asking.delete(digest))
    asking.set(digest, answer)
    return answer
  }

  return async (text: string): Promise<StoredKey | undefined> => {
    const digest = hash('sha256', text, 'base64')
    const known = remembered.get(digest)
    const believed = (forMs: number) =>
      known && nowMs() < known.atMs + forMs && !hasEnded(known.key, nowMs()) ? known.key : undefined
    return (
      believed(trustMs) ??
      verifyOnce(text, digest).catch((error: unknown) => {
        const key = error instanceof UpstreamUnavailable ? believed(graceMs) : undefined
        if (key) return key
        throw error
      })
    )
  }
}
