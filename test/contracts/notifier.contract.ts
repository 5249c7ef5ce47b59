import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, it } from 'vitest'
import type { Endpoint, Notifier, OutboxEvent } from '../../services/notification/index.ts'
import { type Reply, webhookReceiver } from '../support/webhook-receiver.ts'

const OLD = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
const NEW = `whsec_${Buffer.alloc(32, 2).toString('base64')}`

const event: OutboxEvent = {
  sequence: 7,
  id: 'evt_7',
  type: 'plan.changed',
  subject: 'plan',
  occurredAtMs: Date.UTC(2026, 0, 2),
  data: { version: 7, words: 'grüner' },
}

/** For a machine that does other things: what answers is waited for. */
const PATIENT_MS = 30_000
/** What never answers is not. */
const IMPATIENT_MS = 300

/** What every notifier promises, against a real HTTP server. */
export function describeNotifier(name: string, make: (timeoutMs: number) => Notifier): void {
  describe(`notifier: ${name}`, () => {
    const open: { close(): Promise<void> }[] = []
    const receiver = async (reply?: () => Reply) => {
      const opened = await webhookReceiver(reply)
      open.push(opened)
      return opened
    }
    const endpoint = (url: string, change: Partial<Endpoint> = {}): Endpoint => ({
      id: 'ops',
      url,
      secrets: [NEW, OLD],
      events: ['plan.changed'],
      format: 'plain',
      allow: ['127.0.0.0/8'],
      ...change,
    })
    const tell = async (reply: Reply, change: Partial<Endpoint> = {}) => {
      const { url } = await receiver(() => reply)
      const patience = reply === 'hang' ? IMPATIENT_MS : PATIENT_MS
      return make(patience).send(endpoint(url, change), event, Date.now())
    }
    afterEach(async () => {
      await Promise.all(open.splice(0).map((one) => one.close()))
    })

    it('signs so that either secret verifies, and a changed body does not', async () => {
      const { url, received } = await receiver()
      const attempt = await make(PATIENT_MS).send(endpoint(url), event, Date.now())
      expect(attempt).toEqual({ status: 'delivered', httpStatus: 204 })
      const { headers, body } = received[0]!
      expect(headers['content-type']).toMatch(/^application\/json/)
      for (const secret of [OLD, NEW]) {
        expect(new Webhook(secret).verify(body, headers)).toEqual({
          type: 'plan.changed',
          timestamp: '2026-01-02T00:00:00.000Z',
          sequence: 7,
          data: { version: 7, words: 'grüner' },
        })
      }
      const other = new Webhook(`whsec_${Buffer.alloc(32, 3).toString('base64')}`)
      expect(() => other.verify(body, headers)).toThrow()
      expect(() => new Webhook(NEW).verify(body.replace('7', '8'), headers)).toThrow()
    })

    it('speaks CloudEvents where asked', async () => {
      const { url, received } = await receiver()
      await make(PATIENT_MS).send(endpoint(url, { format: 'cloudevents' }), event, Date.now())
      const { headers, body } = received[0]!
      expect(headers['content-type']).toMatch(/^application\/cloudevents\+json/)
      expect(new Webhook(NEW).verify(body, headers)).toMatchObject({
        specversion: '1.0',
        id: 'evt_7',
        type: 'gridtide.plan.changed',
        source: 'gridtide',
        subject: 'plan',
        data: { version: 7 },
      })
    })

    it.each([
      [500, { status: 'failed', httpStatus: 500 }],
      [404, { status: 'failed', httpStatus: 404 }],
      [410, { status: 'gone', httpStatus: 410 }],
      ['reset', { status: 'failed' }],
      ['hang', { status: 'failed' }],
      [
        { status: 429, headers: { 'retry-after': '120' } },
        { status: 'failed', retryAfterSeconds: 120 },
      ],
      [{ status: 200, body: 'x'.repeat(100_000) }, { status: 'failed' }],
    ] satisfies [Reply, object][])(
      'answers for what the far side does: %o',
      async (reply, wanted) => {
        expect(await tell(reply)).toMatchObject(wanted)
      },
    )

    describe('to a receiver that is asked first', () => {
      const ORIGIN = 'gridtide.example.com'
      const asks = { format: 'cloudevents', consent: { origin: ORIGIN } } as const
      /** Answers what is asked as told, and takes every event. */
      const asked = async (reply: Reply) => {
        const opened = await webhookReceiver(({ method }) => (method === 'OPTIONS' ? reply : 204))
        open.push(opened)
        const methods = () => opened.received.map(({ method }) => method)
        return { ...opened, methods }
      }
      const agrees = (allowedOrigin: string, rate?: string): Reply => ({
        status: 200,
        headers: {
          'webhook-allowed-origin': allowedOrigin,
          ...(rate !== undefined && { 'webhook-allowed-rate': rate }),
        },
      })

      it.each([ORIGIN, '*', 'Gridtide.Example.COM'])(
        'asks once, and says who we are with each event: %s',
        async (allowed) => {
          const { url, received, methods } = await asked(agrees(allowed))
          const notifier = make(PATIENT_MS)
          const to = endpoint(url, { consent: { origin: ORIGIN, ratePerMinute: 120 } })
          const nowMs = Date.now()
          const sides = [notifier.send(to, event, nowMs), notifier.send(to, event, nowMs)]
          expect(await Promise.all(sides)).toEqual(
            Array(2).fill({ status: 'delivered', httpStatus: 204 }),
          )
          await notifier.send(to, event, nowMs + 59 * 60_000)
          expect(methods()).toEqual(['OPTIONS', 'POST', 'POST', 'POST'])
          expect(received[0]).toMatchObject({
            path: '/hook',
            headers: { 'webhook-request-origin': ORIGIN, 'webhook-request-rate': '120' },
            body: '',
          })
          for (const { headers } of received.slice(1)) {
            expect(headers).toMatchObject({ 'webhook-request-origin': ORIGIN })
          }
          await notifier.send(to, event, nowMs + 61 * 60_000)
          expect(methods().slice(4)).toEqual(['OPTIONS', 'POST'])
        },
      )

      it.each([
        [204, /did not say/],
        [agrees('other.example.com'), /said "other.example.com"/],
        [agrees(`${ORIGIN}.evil.example`), /said/],
        [agrees(ORIGIN, '0'), /Allowed-Rate is "0"/],
        [405, /asked for consent: answered 405/],
        ['reset', /no answer/],
        ['hang', /no answer/],
      ] satisfies [Reply, RegExp][])('sends nothing where the answer is %o', async (reply, why) => {
        const { url, methods } = await asked(reply)
        const notifier = make(reply === 'hang' ? IMPATIENT_MS : PATIENT_MS)
        const to = endpoint(url, asks)
        expect(await notifier.room!(to, 0)).toBe(1)
        expect(await notifier.send(to, event, 5_000)).toMatchObject({
          status: 'failed',
          error: expect.stringMatching(why),
        })
        expect(methods()).toEqual(['OPTIONS'])
        await notifier.send(to, event, 12_000) // ten seconds after the answer
        expect(methods()).toEqual(['OPTIONS', 'OPTIONS'])
      })

      it.each([
        ['2', undefined, 2],
        ['2', 5, 2],
        ['5', 2, 2],
        ['*', 2, 2],
        [undefined, 2, 2],
      ] as const)(
        'keeps to the rate: allowed %s, asked for %s',
        async (rate, ratePerMinute, left) => {
          const { url } = await asked(agrees('*', rate))
          const notifier = make(PATIENT_MS)
          const consent = { origin: ORIGIN, ...(ratePerMinute && { ratePerMinute }) }
          const to = endpoint(url, { consent })
          expect(await notifier.room!(to, 0)).toBe(left)
          await notifier.send(to, event, 0)
          await notifier.send(to, event, 30_000)
          expect(await notifier.room!(to, 59_999)).toBe(0)
          expect(await notifier.room!(to, 60_000)).toBe(1)
          expect(await notifier.room!(to, 90_000)).toBe(left)
        },
      )

      it('has no limit where none is said, and none where nobody is asked', async () => {
        const { url, methods } = await asked(agrees('*', '*'))
        const notifier = make(PATIENT_MS)
        expect(await notifier.room!(endpoint(url, asks), 0)).toBe(Number.POSITIVE_INFINITY)
        expect(await notifier.room!(endpoint(url, { id: 'other' }), 0)).toBe(
          Number.POSITIVE_INFINITY,
        )
        expect(methods()).toEqual(['OPTIONS'])
      })

      it('asks nobody whose address may not be called, and follows no redirect', async () => {
        const inner = await asked(agrees('*'))
        const refused = await make(PATIENT_MS).send(
          endpoint(inner.url, { ...asks, allow: [] }),
          event,
          0,
        )
        expect(refused).toMatchObject({ error: expect.stringMatching(/REFUSED/) })
        const outer = await asked({ status: 307, headers: { location: inner.url } })
        const sent = await make(PATIENT_MS).send(endpoint(outer.url, asks), event, 0)
        expect(sent).toMatchObject({ status: 'failed', httpStatus: 307 })
        expect(inner.received).toEqual([])
      })
    })

    it('follows no redirect', async () => {
      const inner = await receiver()
      const attempt = await tell({ status: 307, headers: { location: inner.url } })
      expect(attempt).toMatchObject({ status: 'failed', httpStatus: 307 })
      expect(inner.received).toEqual([])
    })

    it('uses no proxy of the environment', async () => {
      const proxy = await receiver()
      process.env.http_proxy = proxy.url
      expect(await tell(204)).toMatchObject({ status: 'delivered' })
      delete process.env.http_proxy
      expect(proxy.received).toEqual([])
    })

    it('refuses loopback unless it is allowed, and says so', async () => {
      const { port, received } = await receiver()
      for (const host of ['127.0.0.1', 'localhost', '[::1]', '2130706433', '0x7f.1']) {
        const url = `http://${host}:${port}/`
        const attempt = await make(PATIENT_MS).send(endpoint(url, { allow: [] }), event, Date.now())
        expect(attempt).toMatchObject({ status: 'failed', error: expect.stringMatching(/REFUSED/) })
      }
      expect(received).toEqual([])
    })

    it('takes an allowed host by its name', async () => {
      const { port } = await receiver()
      const url = `http://localhost:${port}/`
      const attempt = await make(PATIENT_MS).send(endpoint(url, { allow: ['localhost'] }), event, 0)
      expect(attempt).toMatchObject({ status: 'delivered' })
    })

    it('refuses credentials in the address, and secrets that cannot sign', async () => {
      const { url, received } = await receiver()
      const withUser = endpoint(url.replace('http://', 'http://me:pw@'))
      expect(await make(PATIENT_MS).send(withUser, event, 0)).toMatchObject({ status: 'failed' })
      const short = endpoint(url, { secrets: ['whsec_c2hvcnQ='] })
      const attempt = await make(PATIENT_MS).send(short, event, 0)
      expect(attempt).toMatchObject({ error: expect.stringMatching(/at least 24 bytes/) })
      const wrong = endpoint('not a url')
      expect(await make(PATIENT_MS).send(wrong, event, 0)).toMatchObject({ status: 'failed' })
      expect(received).toEqual([])
    })
  })
}
