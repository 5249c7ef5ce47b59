/**
 * `npm run bench:soak`: the whole service, in one process of its own, through 10,000 cycles on a clock
 * that strides, so that they are a day: on the embedded database, and on Redis and PostgreSQL. Each
 * cycle is a tick through the real queue, with a grid that turns, a target, a subscriber, and callers.
 * Says how fast memory grows (least squares after the first tenth), how many files are open, and what
 * is in each table and in Redis.
 *
 *   CYCLES=10000 ENGINE=embedded,redis npm run bench:soak
 *
 * Every hundredth part a line says how it went so far.
 */
import { callService } from './soak/callers.ts'
import { growth, type Sample } from './soak/sample.ts'
import { soakWorld } from './soak/world.ts'
import { type Stop, stopAll, tell } from './started.ts'

const CYCLES = Number(process.env.CYCLES ?? 10_000)
const ENGINES = (process.env.ENGINE ?? 'embedded,redis').split(',') as ('embedded' | 'redis')[]
const WARM_UP_CYCLES = CYCLES / 10
const TOLD_EVERY = Math.max(10, Math.round(CYCLES / 100))
const LOOKED_EVERY = Math.max(1, Math.floor(TOLD_EVERY / 10))
const mb = (bytes: number) => Number((bytes / 2 ** 20).toFixed(1))

async function soak(engine: 'embedded' | 'redis') {
  const started: Stop[] = []
  try {
    const world = await soakWorld(engine, started)
    tell(`${engine}: the service is up`)
    const samples: Sample[] = []
    const rowsAtFirst = await world.rows()
    for (let cycle = 1; cycle <= CYCLES; cycle++) {
      world.turn(cycle)
      const { rss, heapUsed, external } = await world.next()
      await callService(world.url, cycle, world.nowMs())
      if (cycle % LOOKED_EVERY !== 0) continue
      const memory = { rssMb: mb(rss), heapMb: mb(heapUsed), externalMb: mb(external) }
      const [openFiles, redisKeys] = [await world.openFiles(), await world.redisKeys()]
      samples.push({ cycle, ...memory, openFiles, redisKeys })
      if (cycle % TOLD_EVERY !== 0) continue
      tell(`${engine}: ${JSON.stringify({ ...growth(samples, WARM_UP_CYCLES), ...world.done() })}`)
    }
    const rows = await world.rows()
    return { ...growth(samples, WARM_UP_CYCLES), ...world.done(), rowsAtFirst, rows }
  } finally {
    await stopAll(started)
  }
}

const report: Record<string, unknown> = {}
for (const engine of ENGINES) report[engine] = await soak(engine)
console.log(JSON.stringify({ bench: 'soak', cycles: CYCLES, ...report }))
