import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { UpstreamRefused } from '../../services/domain/errors.ts'
import { openLog } from '../../services/platform/log.ts'
import { about, aboutNobody, alsoAbout } from '../../services/platform/log-ids.ts'

const lines: string[] = []
const log = openLog('info', (line) => lines.push(line))
const last = () => JSON.parse(lines.at(-1)!)

describe('log', () => {
  it('writes JSON with the ids of what it is about', () => {
    about({ planVersion: 7 }, () => log.info({ region: 'eu' }, 'applied'))
    expect(last()).toMatchObject({ level: 'info', planVersion: 7, region: 'eu', msg: 'applied' })
    expect(last().time).toMatch(/Z$/)
  })

  it('keeps apart the ids of what is done at the same time', async () => {
    const said = lines.length
    const job = async (planVersion: number) => {
      await setImmediate()
      alsoAbout({ planVersion })
      await setImmediate()
      log.info({}, 'one')
      aboutNobody(() => log.info('none'))
    }
    await Promise.all([
      about({ job: 'a' }, () => about({ jobId: '1' }, () => job(7))),
      about({ jobId: '2' }, () => job(8)),
    ])
    alsoAbout({ planVersion: 9 })
    log.info('none')
    const ids = lines.slice(said).map((line) => {
      const { level: _l, time: _t, msg: _m, ...rest } = JSON.parse(line)
      return rest
    })
    const one = { job: 'a', jobId: '1', planVersion: 7 }
    expect(ids).toEqual([one, {}, { jobId: '2', planVersion: 8 }, {}, {}])
  })

  it('keeps to its line whatever a text holds, so that nobody writes lines of their own', () => {
    const before = lines.length
    const forged = 'x\n{"level":"error","msg":"forged"}\r\u2028\u001b[2J'
    log.warn({ [forged]: forged, error: new Error(forged) }, forged)
    expect(lines).toHaveLength(before + 1)
    for (const character of '\n\r\u001b') expect(lines.at(-1)!.trimEnd()).not.toContain(character)
    expect(last().msg).toBe(forged)
  })

  it('leaves out what is below its level', () => {
    const before = lines.length
    log.debug('whisper')
    expect(lines).toHaveLength(before)
  })

  it('never writes a secret', () => {
    log.info({ headers: { authorization: 'Bearer hush' }, endpoint: { secrets: ['hush'] } })
    log.info({ token: 'hush', deep: { deep: { password: 'hush' } } }, 'postgres://me:hush@db/x')
    expect(lines.join('')).not.toContain('hush')
    expect(last().msg).toBe('postgres://[redacted]@db/x')
  })

  it.each([
    'previousSecret',
    'client_secret',
    'secrets',
    'x-api-key',
    'apiKey',
    'access_token',
    'Proxy-Authorization',
    'set-cookie',
    'dbPassword',
    'privateKey',
    'credentials',
  ])('never writes what a field named %s holds, however deep', (name) => {
    class Held {
      inner = { [name]: 'hush', list: [{ deep: { deeper: { [name]: ['hush', { x: 'hush' }] } } }] }
    }
    log.info({ [name]: 'hush', held: new Held(), tokens: 7, tokensPerSecond: 8 }, 'said')
    expect(lines.at(-1)).not.toContain('hush')
    expect(last()).toMatchObject({ tokens: 7, tokensPerSecond: 8, msg: 'said' })
  })

  it.each([
    ['https://hush@host/x', 'https://[redacted]@host/x'],
    ['redis://:hush@host', 'redis://[redacted]@host'],
    ['postgres://me:hu@hush@host/x?a=b@c', 'postgres://[redacted]@host/x?a=b@c'],
    [
      '"https://me:hush@host" and http://host?to=a@b',
      '"https://[redacted]@host" and http://host?to=a@b',
    ],
    ['https://host/a@b', 'https://host/a@b'],
  ])('writes no credentials of an address: %s', (text, written) => {
    log.warn({ error: new Error(text, { cause: new Error(text) }), text }, text)
    expect(lines.at(-1)).not.toContain('hush')
    expect(last()).toMatchObject({ msg: written, text: written, error: { message: written } })
  })

  it('says of an error its words and code, and nothing that it carries', () => {
    const error = new UpstreamRefused('answered 401', { upstream: 'watttime', httpStatus: 401 })
    Object.assign(error, { request: { key: 'hush' } })
    log.error({ error }, 'no grid data')
    expect(last().error).toMatchObject({ code: 'UPSTREAM_REFUSED', upstream: 'watttime' })
    log.error({ error: new Error('outer', { cause: new Error('inner') }) })
    expect(last().error.cause.message).toBe('inner')
    log.error({ error: 'just words' })
    expect(last().error).toBe('just words')
    expect(lines.join('')).not.toContain('hush')
  })

  it('never fails its caller: an error may be its own cause', () => {
    const inner = new Error('inner')
    inner.cause = new Error('outer', { cause: inner })
    log.error({ error: inner }, 'said')
    expect(last()).toMatchObject({ msg: 'said', error: { message: 'inner' } })
    expect(last().error.cause.cause.message).toBe('inner')
  })
})
