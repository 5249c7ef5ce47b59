/** Asks at a steady rate, in a process of its own, and says how long each answer took. */
import { Agent, get } from 'node:http'
import { atRate } from './at-rate.ts'
import type { SteadyOrder } from './steady-rate.ts'

const order = JSON.parse(process.argv[2]!) as SteadyOrder
const { url, headers, connections, ratePerSecond, seconds } = order
const agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' })

/** @returns from `dueMs` to the last byte, ms: an answer that had to wait for a connection waited */
const ask = (dueMs: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const request = get(url, { agent, headers }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${url} answered ${answer.statusCode}`))
      answer.resume().on('end', () => resolve(performance.now() - dueMs))
    })
    request.on('error', reject)
  })

// Every connection is opened before the clock starts.
await Promise.all(Array.from({ length: connections }, () => ask(performance.now())))
const tookMs = await atRate(ratePerSecond, ratePerSecond * seconds, ask)
agent.destroy()
process.send!(tookMs)
