/**
 * `npm run bench:scale [-- --fleets N --rounds N --kills N]`: synthetic fleets of ten regions each,
 * planned by 1, 2 and 4 worker processes over private Redis and PostgreSQL servers; then by 4, of
 * which one that has jobs in hand is killed (SIGKILL) and replaced again and again, counting what was
 * lost and what was done twice.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startServers } from '../../infra/bootstrap/servers.mjs'
import { coordinate, loadHighs } from '../../services/planning/index.ts'
import { openLog } from '../../services/platform/log.ts'
import { openEngine } from '../../services/wiring/engine.ts'
import { openStores } from '../../services/wiring/state.ts'
import { generateProblem } from './planner/instances.ts'
import { crewOf } from './scale/crew.ts'
import { jobsPerSecond } from './scale/jobs-per-second.ts'
import { type BenchFleet, solveAll } from './scale/solve-all.ts'
import { writeSection } from './write-section.ts'

const { values } = parseArgs({
  options: {
    fleets: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '2' },
    kills: { type: 'string', default: '6' },
  },
})
const [count, roundsAsked, kills] = [values.fleets, values.rounds, values.kills].map(Number)
const SIZE = { regions: 10, windows: 12, models: 2, variants: 4 }
/** A dead worker's jobs are taken up again after seconds rather than the product's 10. */
const TIMING = { lockMs: 3_000, stalledCheckMs: 1_000 }
const KILL_EVERY_MS = 2_000

const { env, missing, stop } = await startServers()
if (missing.some((line) => !line.startsWith('Chromium'))) throw new Error(missing.join('; '))
const where = {
  home: 'unused',
  databaseUrl: process.env.TEST_DATABASE_URL ?? env.TEST_DATABASE_URL,
  redisUrl: process.env.TEST_REDIS_URL ?? env.TEST_REDIS_URL,
}
const engine = await openEngine(where, openLog('silent'), TIMING)
const highs = await loadHighs()
const fleets = Array.from({ length: count! }, (_, index): BenchFleet => {
  const problem = generateProblem({ ...SIZE, seed: index + 1 })
  const name = `fleet-${index}`
  const stores = openStores(engine.database, name)
  return { name, problem, blocks: coordinate(problem, highs), stores }
})
const regions = count! * SIZE.regions
const blocks = fleets.reduce((sum, fleet) => sum + fleet.blocks.length, 0)
console.error(`${count} fleets, ${regions} regions, ${blocks} blocks`)

const workers: Record<string, { solvesPerS: number }> = {}
const total = { lost: 0, duplicated: 0 }
const solve = async (round: string) => {
  const tally = await solveAll(fleets, engine.queue, round)
  total.lost += tally.lost
  total.duplicated += tally.duplicated
  return tally
}
for (const crewSize of [1, 2, 4]) {
  const crew = crewOf({ ...where, timing: TIMING })
  for (let index = 0; index < crewSize; index++) await crew.add()
  let seconds = 0
  for (let round = 0; round < roundsAsked!; round++) {
    seconds += (await solve(`${crewSize}-${round}`)).seconds
  }
  workers[crewSize] = { solvesPerS: rounded((count! * roundsAsked!) / seconds) }
  await crew.dismiss()
  console.error(`${crewSize} workers: ${JSON.stringify(workers[crewSize])}`)
}

const crew = crewOf({ ...where, timing: TIMING })
for (let index = 0; index < 4; index++) await crew.add()
let killed = 0
let heldWhenKilled = 0
const killing = (async () => {
  while (killed < kills!) {
    await pause(KILL_EVERY_MS)
    heldWhenKilled += await crew.kill()
    killed++
    await crew.add()
  }
})()
let rounds = 0
while (killed < kills! || rounds === 0) await solve(`killed-${rounds++}`)
await killing
const solvedAgain = Math.max(0, crew.solved() - rounds * blocks)
await crew.dismiss()

const [measured] = await engine.database.query<{ bytes: number; doubled: number }>(
  `select (select avg(octet_length(body))::bigint from plan) as bytes,
     (select count(*)::bigint - count(distinct (tenant, data->>'version')) from outbox_event
      where type like 'plan.%') as doubled`,
)
const { bytes, doubled } = measured!
total.duplicated += doubled
const jobsPerS = rounded(await jobsPerSecond(engine.queue))
await engine.close()
await stop()

writeSection('Scale', 'npm run bench:scale', [
  `${count} fleets of ${SIZE.regions} regions, ${SIZE.models} models, ${SIZE.variants} layouts and ${SIZE.windows} windows, ${regions} regions in all, on Redis and PostgreSQL on the same machine. A solve is one plan of one fleet: its blocks, merge, second look, and its place in the database.`,
  '',
  '| workers | solves/s |',
  '|---|---|',
  ...Object.entries(workers).map(([size, { solvesPerS }]) => `| ${size} | ${solvesPerS} |`),
  '',
  `Then 4 workers, of which ${killed} were killed with SIGKILL, with ${heldWhenKilled} jobs in hand, and replaced while ${rounds * count!} plans were made: ${total.lost} solves or plans lost, ${total.duplicated} plans or events doubled; ${solvedAgain} blocks were solved more than once, which changes nothing. A plan of ${SIZE.regions} regions takes ${bytes} bytes; the queue alone moves ${jobsPerS} empty jobs/s.`,
])
console.log(
  JSON.stringify({
    bench: 'scale',
    workers,
    killed,
    heldWhenKilled,
    ...total,
    solvedAgain,
    regions,
    bytesPerPlan: bytes,
    jobsPerS,
  }),
)

function rounded(value: number): number {
  return Number(value.toPrecision(3))
}
