/**
 * `npm run bench:soak`: the whole service as it is built, in one process of its own, through 10,000
 * cycles on a clock that strides, so that they are a day: on the embedded database, and on Redis and
 * PostgreSQL. Each cycle is a tick through the real queue, with a grid that turns, a target, a
 * subscriber, and callers. Says how fast memory grows (after a collection at each look; least squares
 * after the first tenth), how many files are open, and what is in each table and in Redis.
 *
 *   CYCLES=10000 ENGINE=embedded,redis npm run bench:soak
 *
 * Every hundredth part a line says how it went so far.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { buildProgram } from '../../infra/bootstrap/build-program.mjs'
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

async function soak(program: string, engine: 'embedded' | 'redis') {
  const started: Stop[] = []
  try {
    const world = await soakWorld(program, engine, started)
    tell(`${engine}: the service is up`)
    const samples: Sample[] = []
    let unready = 0
    const rowsAtFirst = await world.rows()
    for (let cycle = 1; cycle <= CYCLES; cycle++) {
      world.turn(cycle)
      const left = await world.next(cycle % LOOKED_EVERY === 0)
      if (!(await callService(world.url, cycle, world.nowMs()))) unready++
      if (!left) continue
      const { rss, rssBefore, heapUsed, external } = left
      const resident = { rssMb: mb(rss), rssBeforeMb: mb(rssBefore) }
      const memory = { ...resident, heapMb: mb(heapUsed), externalMb: mb(external) }
      const [openFiles, redisKeys] = [await world.openFiles(), await world.redisKeys()]
      samples.push({ cycle, ...memory, openFiles, redisKeys })
      if (cycle % TOLD_EVERY !== 0) continue
      tell(
        `${engine}: ${JSON.stringify({ ...growth(samples, WARM_UP_CYCLES), ...world.done(), unready })}`,
      )
    }
    const rows = await world.rows()
    return { ...growth(samples, WARM_UP_CYCLES), ...world.done(), unready, rowsAtFirst, rows }
  } finally {
    await stopAll(started)
  }
}

/** Within the checkout, so that packages are found from there. */
const CACHE = join(import.meta.dirname, '../../node_modules/.cache')
await mkdir(CACHE, { recursive: true })
const folder = await mkdtemp(join(CACHE, 'soak-'))
const report: Record<string, unknown> = {}
try {
  const program = join(folder, 'program')
  await buildProgram(program, { 'soak-child': 'test/bench/soak/service-child.ts' })
  for (const engine of ENGINES) report[engine] = await soak(join(program, 'soak-child.js'), engine)
} finally {
  await rm(folder, { recursive: true, force: true })
}
console.log(JSON.stringify({ bench: 'soak', cycles: CYCLES, ...report }))
