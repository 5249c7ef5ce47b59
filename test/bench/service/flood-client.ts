/** Asks at a steady rate, answered or not, in a process of its own, and counts what comes of it. */
import { Agent, request } from 'node:http'
import { atRate } from './at-rate.ts'
import type { FloodCounts, FloodOrder } from './flood.ts'

const order = JSON.parse(process.argv[2]!) as FloodOrder
const { url, method, headers, body, expected, connections, ratePerSecond, seconds, inTimeMs } =
  order
const agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' })
const counts: FloodCounts = { asked: 0, inTime: 0, late: 0, refused: 0, unexplained: 0, cut: 0 }

function count(status: number | undefined, retryAfter: string | undefined, tookMs: number): void {
  const refused = status === 429 || status === 503
  if (status === expected) counts[tookMs <= inTimeMs ? 'inTime' : 'late']++
  else if (refused && retryAfter !== undefined) counts.refused++
  else counts.unexplained++
}

const ask = (dueMs: number): Promise<void> =>
  new Promise((resolve) => {
    counts.asked++
    const asking = request(url, { agent, method, headers }, (answer) => {
      answer.resume().on('end', () => {
        count(answer.statusCode, answer.headers['retry-after'], performance.now() - dueMs)
        resolve()
      })
    })
    asking.on('error', () => {
      counts.cut++
      resolve()
    })
    asking.end(body)
  })

await atRate(ratePerSecond, Math.round(ratePerSecond * seconds), ask)
agent.destroy()
process.send!(counts)
