import { describe, expect, it } from 'vitest'
import { UpstreamRefused, UpstreamUnavailable } from '../../services/domain/errors.ts'
import { politeHttp } from '../../services/grid/index.ts'
import { type Script, scriptedHttp } from '../support/scripted-http.ts'

const url = 'https://grid.example/x'
const quick = { pauseMs: 0, random: () => 0 }
const failing = (
  times: number,
  answer = { status: 503, headers: { 'retry-after': '0' } },
): Script => {
  let left = times
  return () => (left-- > 0 ? answer : { json: 'fine' })
}

describe('polite HTTP', () => {
  it('tries again what may succeed later, and nothing else', async () => {
    const flaky = scriptedHttp(failing(2))
    await expect(politeHttp(flaky, quick).send('x', { url })).resolves.toMatchObject({
      body: 'fine',
    })
    expect(flaky.requests).toHaveLength(3)
    const refused = scriptedHttp(() => ({ status: 403 }))
    await expect(politeHttp(refused, quick).send('x', { url })).rejects.toBeInstanceOf(
      UpstreamRefused,
    )
    expect(refused.requests).toHaveLength(1)
  })

  it('waits at least as long as told to, and does not wait for what is too long', async () => {
    const soon = scriptedHttp(failing(1, { status: 429, headers: { 'retry-after': '0.05' } }))
    const startedMs = performance.now()
    await politeHttp(soon, quick).send('x', { url })
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(45)
    const later = scriptedHttp(failing(1, { status: 429, headers: { 'retry-after': '3600' } }))
    await expect(politeHttp(later, quick).send('x', { url })).rejects.toBeInstanceOf(
      UpstreamUnavailable,
    )
    expect(later.requests).toHaveLength(1)
  })

  it('stops asking a service that keeps failing, and says so', async () => {
    const dead = scriptedHttp(failing(1000))
    const http = politeHttp(dead, { ...quick, retries: 0, breakAfter: 2, openForMs: 60_000 })
    for (let call = 0; call < 5; call++) await http.send('x', { url }).catch(() => undefined)
    expect(dead.requests).toHaveLength(2)
    await expect(http.send('x', { url })).rejects.toThrow(/not asked: it failed 2 times/)
  })

  it('keeps to its budget', async () => {
    let now = 0
    const budget = { requests: 2, perMs: 1000 }
    const http = politeHttp(
      scriptedHttp(() => ({})),
      { ...quick, retries: 0, budget, nowMs: () => now },
    )
    await http.send('x', { url })
    await http.send('x', { url })
    await expect(http.send('x', { url })).rejects.toMatchObject({ retryAfterSeconds: 1 })
    now = 1000
    await expect(http.send('x', { url })).resolves.toBeDefined()
  })

  it.each([
    ['etag', '"v1"', 'if-none-match'],
    ['last-modified', 'Sun, 01 Mar 2026 00:00:00 GMT', 'if-modified-since'],
  ])('asks only for what changed since %s', async (header, value, sent) => {
    const http = scriptedHttp((request) =>
      request.headers?.[sent] === value
        ? { status: 304 }
        : { json: { n: 1 }, headers: { [header]: value } },
    )
    const polite = politeHttp(http, quick)
    await polite.send('x', { url })
    await expect(polite.send('x', { url })).resolves.toMatchObject({ status: 200, body: { n: 1 } })
    await polite.send('x', { url, method: 'POST' })
    expect(http.requests.at(-1)?.headers).toBeUndefined()
  })

  it('forgets the oldest answers', async () => {
    const http = scriptedHttp(() => ({ json: 1, headers: { etag: '"e"' } }))
    const polite = politeHttp(http, quick)
    for (let page = 0; page < 258; page++) await polite.send('x', { url: `${url}${page}` })
    await polite.send('x', { url: `${url}0` })
    expect(http.requests.at(-1)?.headers).toEqual({})
  })

  it('stops when asked to', async () => {
    const abort = AbortSignal.abort()
    const send = politeHttp(scriptedHttp(failing(9)), quick).send('x', { url, abort })
    await expect(send).rejects.toThrow(/abort/i)
  })
})
