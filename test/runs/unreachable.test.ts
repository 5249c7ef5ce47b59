import { describe, expect, it } from 'vitest'
import { unreachable } from '../../services/runs/index.ts'

describe('why fetch failed', () => {
  it.each([
    [
      'what the system says',
      new Error('connect ECONNREFUSED 127.0.0.1:80'),
      'connect ECONNREFUSED',
    ],
    // What Node gives where a name has several addresses: no words, a code alone.
    [
      'its code',
      Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }),
      'http://a: ECONNREFUSED',
    ],
    ['the message where there is no cause', undefined, 'fetch failed'],
  ])('is told by %s', (_, cause, words) => {
    const error = unreachable('meter', 'http://a', new TypeError('fetch failed', { cause }))
    expect(error.message).toContain('meter: no answer from http://a: ')
    expect(error.message).toContain(words)
    expect(error.retryable).toBe(true)
  })
})
