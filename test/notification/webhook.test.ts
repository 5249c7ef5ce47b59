import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
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
