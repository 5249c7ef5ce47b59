import { createHmac } from 'node:crypto'
import { InvalidInput } from '../domain/errors.ts'

const PREFIX = 'whsec_'
const LEAST_BYTES = 24

/**
 * The signature header of Standard Webhooks 1.0: one `v1` signature a secret, each HMAC-SHA256 of
 * `id.timestamp.body`.
 *
 * @param secrets base64 with the prefix `whsec_`, as `openssl rand -base64 32` makes them
 * @throws InvalidInput for a secret that is no base64 or under 24 bytes
 */
export function signatureOf(
  secrets: readonly string[],
  id: string,
  timestampSeconds: number,
  body: string,
): string {
  const content = `${id}.${timestampSeconds}.${body}`
  return secrets
    .map((secret) => createHmac('sha256', keyOf(secret)).update(content).digest('base64'))
    .map((signature) => `v1,${signature}`)
    .join(' ')
}

function keyOf(secret: string): Buffer {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret
  const key = Buffer.from(text, 'base64')
  // Node skips what is no base64; what it understood must be all there is.
  const whole = withoutPadding(key.toString('base64')) === withoutPadding(text)
  if (whole && key.length >= LEAST_BYTES) return key
  throw new InvalidInput(`a webhook secret must be base64 of at least ${LEAST_BYTES} bytes`)
}

const withoutPadding = (base64: string): string => base64.replace(/={1,2}$/, '')
