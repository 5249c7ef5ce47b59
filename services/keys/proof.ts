import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number }, Buffer>(
  scrypt,
)

/**
 * The secret has 256 random bits, which nobody guesses; scrypt (RFC 7914) is for the day that
 * somebody brings shorter ones. 16 MiB and some 50 ms, on a thread of the pool.
 */
const COST = { N: 2 ** 14, r: 8, p: 1 }
const BYTES = 32

/** What is kept in place of a secret. */
export async function prove(secret: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(secret, salt, BYTES, COST)
  return `scrypt$${salt.toString('base64url')}$${hash.toString('base64url')}`
}

/** Takes as long for a wrong secret as for the right one. */
export async function isProvenBy(proof: string, secret: string): Promise<boolean> {
  const [, salt, hash] = proof.split('$')
  const expected = Buffer.from(hash!, 'base64url')
  const found = await derive(secret, Buffer.from(salt!, 'base64url'), expected.length, COST)
  return timingSafeEqual(found, expected)
}
