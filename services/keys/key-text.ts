import { randomBytes } from 'node:crypto'

/**
 * `gridtide_<8 hex>_<43 base64url>`: a name that secret scanners can look for, the public prefix by
 * which the key is found, and 256 random bits.
 */
const KEY = /^gridtide_([0-9a-f]{8})_([A-Za-z0-9_-]{43})$/

export interface KeyParts {
  readonly prefix: string
  readonly secret: string
}

export function newKeyText(): KeyParts & { readonly text: string } {
  const prefix = randomBytes(4).toString('hex')
  const secret = randomBytes(32).toString('base64url')
  return { prefix, secret, text: `gridtide_${prefix}_${secret}` }
}

/** Undefined for any text that is no key of ours. */
export function readKeyText(text: string): KeyParts | undefined {
  const [, prefix, secret] = KEY.exec(text) ?? []
  return prefix !== undefined && secret !== undefined ? { prefix, secret } : undefined
}
