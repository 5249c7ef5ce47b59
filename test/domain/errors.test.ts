import { describe, expect, it } from 'vitest'
import {
  Conflict,
  Fenced,
  Forbidden,
  ForeignOwner,
  InvalidInput,
  NotFound,
  PlanRefused,
  Unsupported,
  UpstreamMalformed,
  UpstreamRefused,
  UpstreamUnavailable,
} from '../../services/domain/errors.ts'

describe('errors', () => {
  it('says by its flag whether trying again can help', () => {
    const upstream = { upstream: 'watttime' }
    expect(new InvalidInput('x').retryable).toBe(false)
    expect(new NotFound('x').retryable).toBe(false)
    for (const Final of [Forbidden, Fenced, ForeignOwner, Unsupported, PlanRefused]) {
      expect(new Final('x').retryable, Final.name).toBe(false)
    }
    expect(new Conflict('x').retryable).toBe(true)
    expect(new UpstreamRefused('x', upstream).retryable).toBe(false)
    expect(new UpstreamMalformed('x', upstream).retryable).toBe(false)
    expect(new UpstreamUnavailable('x', upstream).retryable).toBe(true)
  })

  it('carries the fields an operator needs', () => {
    const error = new UpstreamUnavailable('answered 429', {
      upstream: 'neso',
      httpStatus: 429,
      retryAfterSeconds: 7,
    })
    expect(error).toMatchObject({
      name: 'UpstreamUnavailable',
      code: 'UPSTREAM_UNAVAILABLE',
      message: 'neso: answered 429',
      httpStatus: 429,
      retryAfterSeconds: 7,
    })
    const issue = { path: '/regions/0/pue', message: 'must be >= 1' }
    expect(new InvalidInput('bad fleet', [issue]).issues).toEqual([issue])
  })
})
