import { secondsFromMs } from '../domain/units.ts'
import type { Endpoint, OutboxEvent } from './port.ts'
import { signatureOf } from './sign.ts'

export interface Message {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * The request that tells of an event, signed. The body is the same for every attempt; only time
 * stamp and signature change.
 *
 * @throws InvalidInput for a secret that cannot sign
 */
export function messageOf(endpoint: Endpoint, event: OutboxEvent, nowMs: number): Message {
  const body = JSON.stringify(endpoint.format === 'cloudevents' ? cloudEvent(event) : plain(event))
  const timestampSeconds = Math.floor(secondsFromMs(nowMs))
  const json = endpoint.format === 'cloudevents' ? 'cloudevents+json' : 'json'
  return {
    body,
    headers: {
      'content-type': `application/${json}; charset=utf-8`,
      'user-agent': 'gridtide',
      'webhook-id': event.id,
      'webhook-timestamp': String(timestampSeconds),
      'webhook-signature': signatureOf(endpoint.secrets, event.id, timestampSeconds, body),
      ...(endpoint.consent && { 'webhook-request-origin': endpoint.consent.origin }),
    },
  }
}

const plain = ({ type, occurredAtMs, sequence, data }: OutboxEvent) => ({
  type,
  timestamp: new Date(occurredAtMs).toISOString(),
  sequence,
  data,
})

/** CloudEvents 1.0, structured mode; `sequence` as of its sequence extension. */
const cloudEvent = ({ id, type, subject, occurredAtMs, sequence, data }: OutboxEvent) => ({
  specversion: '1.0',
  id,
  source: 'gridtide',
  type: `gridtide.${type}`,
  subject,
  time: new Date(occurredAtMs).toISOString(),
  datacontenttype: 'application/json',
  sequence: String(sequence).padStart(20, '0'),
  data,
})
