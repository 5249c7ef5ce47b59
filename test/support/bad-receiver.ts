import { hash } from 'node:crypto'
import { type Received, type Reply, webhookReceiver } from './webhook-receiver.ts'

/** What a bad receiver does with one request. */
export type Mood = 'taken' | 'refused' | 'hung' | 'reset' | 'taken-then-reset'

/** One request, in the order of their coming. */
export interface Heard {
  readonly endpoint: string
  readonly id: string
  readonly subject: string
  readonly sequence: number
  readonly mood: Mood
}

const REPLIES: Readonly<Record<Mood, Reply>> = {
  taken: 204,
  refused: 503,
  hung: 'hang',
  reset: 'reset',
  'taken-then-reset': 'reset',
}

/** 30 % get a 5xx, 5 % hang, 5 % are reset, 5 % are taken and then reset. */
function moodOf(percent: number): Mood {
  if (percent < 30) return 'refused'
  if (percent < 35) return 'hung'
  if (percent < 40) return 'reset'
  return percent < 45 ? 'taken-then-reset' : 'taken'
}

/** A subscriber that takes webhooks badly, each attempt at one event always in the same way. */
export async function badReceiver() {
  const heard: Heard[] = []
  const attempts = new Map<string, number>()
  const reply = ({ id, path, body }: Received): Reply => {
    const endpoint = path.slice(1)
    const event = `${endpoint} ${id}`
    const attempt = (attempts.get(event) ?? 0) + 1
    attempts.set(event, attempt)
    const luck = Number.parseInt(hash('sha256', `${event} ${attempt}`, 'hex').slice(0, 8), 16)
    const mood = moodOf(luck % 100)
    const { sequence, data } = JSON.parse(body) as { sequence: number; data: { subject: string } }
    heard.push({ endpoint, id, subject: data.subject, sequence, mood })
    return REPLIES[mood]
  }
  const { port, close } = await webhookReceiver(reply, { remember: false })
  return { url: `http://127.0.0.1:${port}`, heard: heard as readonly Heard[], close }
}
