import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { InvalidInput } from '../../services/domain/errors.ts'
import { signatureOf } from '../../services/notification/sign.ts'

const KEYS = [Buffer.alloc(32, 1), Buffer.alloc(24, 2)].map((key) => key.toString('base64'))
const [first, second] = KEYS as [string, string]
const AT_SECONDS = 1_700_000_000

describe('signatureOf', () => {
  it('is what the library of Standard Webhooks makes, one a secret', () => {
    const [ours, other] = signatureOf(
      [`whsec_${first}`, second],
      'evt_1',
      AT_SECONDS,
      '{"a":1}',
    ).split(' ')
    const sign = (key: string) =>
      new Webhook(`whsec_${key}`).sign('evt_1', new Date(AT_SECONDS * 1000), '{"a":1}')
    expect([ours, other]).toEqual([sign(first), sign(second)])
  })

  it('takes a secret without its padding', () => {
    const bare = first.replace(/=+$/, '')
    expect(bare).not.toBe(first)
    expect(signatureOf([bare], 'i', 1, 'b')).toBe(signatureOf([first], 'i', 1, 'b'))
    const twice = Buffer.alloc(25, 3).toString('base64')
    expect(twice).toMatch(/==$/)
    expect(signatureOf([twice.slice(0, -2)], 'i', 1, 'b')).toBe(signatureOf([twice], 'i', 1, 'b'))
  })

  it.each([
    ['is no base64', `whsec_${'*'.repeat(44)}`],
    ['ends in something else', `${first}!`],
    ['is short', Buffer.alloc(23, 1).toString('base64')],
    ['has its prefix in the middle', `${first.slice(0, -1)}whsec_`],
  ])('refuses a secret that %s', (_why, secret) => {
    const sign = () => signatureOf([secret], 'i', 1, 'b')
    expect(sign).toThrow(InvalidInput)
    expect(sign).toThrow('a webhook secret must be base64 of at least 24 bytes')
  })
})
