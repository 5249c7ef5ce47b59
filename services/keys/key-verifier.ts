import { hash } from 'node:crypto'
import { UpstreamUnavailable } from '../domain/errors.ts'
import { within } from '../platform/within.ts'
import { hasEnded } from './has-ended.ts'
import { type KeyParts, readKeyText } from './key-text.ts'
import type { KeyStore, StoredKey } from './port.ts'
import { isProvenBy } from './proof.ts'

export interface KeyVerifierOptions {
  readonly nowMs: () => number
  /** How long a verified key is believed without asking: one that another process ends lives on so. */
  readonly trustMs?: number
  /** The same while the store is away, so that a lost database does not lock readers out. */
  readonly graceMs?: number
}

/** Tells which key a text is; undefined where it is none, or one that has ended. */
export interface KeyVerifier {
  /**
   * The same again and again, without asking anybody: undefined as well where the store has to be
   * asked (again). The text is forgotten, only its digest is kept.
   */
  recall(text: string): () => StoredKey | undefined
  /** Whether `verify` does it without scrypt: it was proven before, or is no key's text at all. */
  isCheap(text: string): boolean
  /** @throws UpstreamUnavailable where the store is away and the key is not known from before */
  verify(text: string): Promise<StoredKey | undefined>
}

const TRUST_MS = 1_000
const GRACE_MS = 600_000
/** Longer than a store that is well ever takes. */
const PATIENCE_MS = 800
const MOST_REMEMBERED = 10_000

interface Remembered {
  readonly key: StoredKey
  readonly atMs: number
}

/**
 * scrypt is slow on purpose, so what it said is remembered under a digest: the memory of the process
 * never holds a key. After a moment the store is asked again whether the key still is what was
 * proven; once for all who ask, and without another scrypt. It is asked at once after this process
 * has ended the key.
 */
export function keyVerifier(
  store: KeyStore,
  { nowMs, trustMs = TRUST_MS, graceMs = GRACE_MS }: KeyVerifierOptions,
): KeyVerifier {
  const remembered = new Map<string, Remembered>()
  const asking = new Map<string, Promise<StoredKey | undefined>>()
  let endings = 0
  store.whenEnded((prefix) => {
    endings++
    for (const [digest, { key }] of remembered) {
      if (key.prefix === prefix) remembered.set(digest, { key, atMs: Number.NEGATIVE_INFINITY })
    }
  })

  function believed(digest: string, forMs: number): StoredKey | undefined {
    const known = remembered.get(digest)
    if (!known) return undefined
    const atMs = nowMs()
    const ageMs = atMs - known.atMs // below 0 where the clock was set back
    return ageMs >= 0 && ageMs < forMs && !hasEnded(known.key, atMs) ? known.key : undefined
  }

  async function ask(text: string, digest: string): Promise<StoredKey | undefined> {
    const parts = readKeyText(text)
    const endingsBefore = endings
    const key = parts && (await store.find(parts.prefix))
    const proven = async ({ proof }: StoredKey, { secret }: KeyParts) =>
      remembered.get(digest)?.key.proof === proof || isProvenBy(proof, secret)
    if (!key || hasEnded(key, nowMs()) || !(await proven(key, parts))) {
      remembered.delete(digest)
      return undefined
    }
    if (remembered.size >= MOST_REMEMBERED) remembered.clear()
    // What was read before a key was ended may be that key as it was.
    if (endings === endingsBefore) remembered.set(digest, { key, atMs: nowMs() })
    return key
  }

  /** Of a key that is known, a store that hangs is one that is away. */
  function askOnce(text: string, digest: string): Promise<StoredKey | undefined> {
    const underWay = asking.get(digest)
    if (underWay !== undefined) return underWay
    const answer = ask(text, digest).finally(() => asking.delete(digest))
    const known = believed(digest, graceMs) !== undefined
    const inTime = known ? within(PATIENCE_MS, 'keys', answer) : answer
    asking.set(digest, inTime)
    return inTime
  }

  return {
    recall(text) {
      const digest = digestOf(text)
      return () => believed(digest, trustMs)
    },
    isCheap: (text) => readKeyText(text) === undefined || remembered.has(digestOf(text)),
    verify: async (text) => {
      const digest = digestOf(text)
      return (
        believed(digest, trustMs) ??
        askOnce(text, digest).catch((error: unknown) => {
          const key = error instanceof UpstreamUnavailable ? believed(digest, graceMs) : undefined
          if (key) return key
          throw error
        })
      )
    },
  }
}

const digestOf = (text: string): string => hash('sha256', text, 'base64')
