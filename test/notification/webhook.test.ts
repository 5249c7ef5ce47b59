import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { UpstreamUnavailable } from '../../services/domain/errors.ts'
import { receiversConsent } from '../../services/notification/adapters/consent.ts'
import { webhookNotifier } from '../../services/notification/adapters/webhook.ts'
import { pingEndpoint } from '../../services/notification/index.ts'
import { describeNotifier } from '../contracts/notifier.contract.ts'
import { webhookReceiver } from '../support/webhook-receiver.ts'

describeNotifier('webhook', (timeoutMs) => webhookNotifier({ timeoutMs }))

describe('a ping', () => {
  it('is signed like any event', async () => {
    const { url, received, close } = await webhookReceiver()
    const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
    const rest = { events: [], format: 'plain', allow: ['127.0.0.0/8'] } as const
    const endpoint = { id: 'ops', url, secrets: [secret], ...rest }
    const attempt = await pingEndpoint(webhookNotifier(), endpoint, Date.now())
    expect(attempt).toMatchObject({ status: 'delivered' })
    const { body, headers } = received[0]!
    expect(new Webhook(secret).verify(body, headers)).toMatchObject({
      type: 'ping',
      data: { endpoint: 'ops' },
    })
    await close()
  })
})

describe('the question for consent', () => {
  const endpoint = (url: string) =>
    ({
      id: 'ops',
      url,
      secrets: [`whsec_${Buffer.alloc(32, 9).toString('base64')}`],
      events: [],
      format: 'cloudevents',
      allow: ['127.0.0.0/8'],
      consent: { origin: 'gridtide.example.com' },
    }) as const
  afterEach(() => void vi.useRealTimers())

  it('and the event together take no longer than an attempt may', async () => {
    const server = createServer(({ method }, response) => {
      if (method !== 'OPTIONS') return // nor ever answers
      setTimeout(() => response.writeHead(200, { 'webhook-allowed-origin': '*' }).end(), 1_900)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const startMs = performance.now()
    const attempt = await pingEndpoint(webhookNotifier({ timeoutMs: 2_000 }), endpoint(url), 0)
    expect(attempt).toMatchObject({ status: 'failed', error: expect.stringMatching(/no answer/) })
    expect(performance.now() - startMs).toBeLessThan(3_800) // one after the other they take 3.9 s
    server.closeAllConnections()
    server.close()
  })

  it('is not asked again at once where no answer came', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    let asked = 0
    const { room } = receiversConsent(async () => {
      asked++
      vi.advanceTimersByTime(15_000)
      throw new UpstreamUnavailable('no answer', { upstream: 'ops' })
    })
    await room(endpoint('http://127.0.0.1/'), 0)
    await room(endpoint('http://127.0.0.1/'), 24_999)
    expect(asked).toBe(1)
    await room(endpoint('http://127.0.0.1/'), 25_001)
    expect(asked).toBe(2)
  })
})
