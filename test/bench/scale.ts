/**
 * `npm run bench:scale [-- --regions N --solves N --kills N]`: plans of a synthetic fleet, made by 1,
 * 2 and 4 worker processes over private Redis and PostgreSQL servers; then by 4 of which one is
 * killed (SIGKILL) and replaced again and again, counting what was lost and what was done twice.
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
import { solveAll } from './scale/solve-all.ts'
import { writeSection } from './write-section.ts'

const { values } = parseArgs({
  options: {
    regions: { type: 'string', default: '200' },
    solves: { type: 'string', default: '2' },
    kills: { type: 'string', default: '6' },
  },
})
const regions = Number(values.regions)
const kills = Number(values.kills)
const SIZE = { windows: 6, models: 2, variants: 3, seed: 1 }
/** A dead worker's jobs are taken up again after seconds rather than the product's 10. */
const TIMING = { lockMs: 3_000, stalledCheckMs: 1_000 }
const KILL_EVERY_MS = 2_000

const problem = generateProblem({ regions, ...SIZE })
const blocks = coordinate(problem, await loadHighs())
console.error(`${regions} regions: ${blocks.length} blocks`)

const { env, missing, stop } = await startServers()
if (missing.some((line) => !line.startsWith('Chromium'))) throw new Error(missing.join('; '))
const where = {
  home: 'unused',
  databaseUrl: process.env.TEST_DATABASE_URL ?? env.TEST_DATABASE_URL,
  redisUrl: process.env.TEST_REDIS_URL ?? env.TEST_REDIS_URL,
}
const engine = await openEngine(where, openLog('silent'), TIMING)
const stores = openStores(engine.database, 'default')
const run = { problem, blocks, stores, queue: engine.queue }

const workers: Record<string, { solvesPerS: number; secondsPerPlan: number }> = {}
const total = { lost: 0, duplicated: 0 }
for (const count of [1, 2, 4]) {
  const crew = crewOf({ ...where, timing: TIMING })
  for (let index = 0; index < count; index++) await crew.add()
  const solves = Number(values.solves)
  const tally = await solveAll({ ...run, solved: crew.solved }, `steady-${count}`, solves)
  workers[count] = {
    solvesPerS: rounded(tally.blocks / tally.blockSeconds),
    secondsPerPlan: rounded(tally.seconds / solves),
  }
  total.lost += tally.lost
  total.duplicated += tally.duplicated
  await crew.dismiss()
  console.error(`${count} workers: ${JSON.stringify(workers[count])}`)
}

const crew = crewOf({ ...where, timing: TIMING })
for (let index = 0; index < 4; index++) await crew.add()
let killed = 0
const killing = (async () => {
  while (killed < kills) {
    await pause(KILL_EVERY_MS)
    await crew.kill()
    killed++
    await crew.add()
  }
})()
let rounds = 0
let blocksAsked = 0
while (killed < kills || rounds === 0) {
  const tally = await solveAll({ ...run, solved: crew.solved }, `killed-${rounds++}`, 1)
  total.lost += tally.lost
  total.duplicated += tally.duplicated
  blocksAsked += tally.blocks
}
await killing
const again = crew.solved() - blocksAsked
await crew.dismiss()

const [{ bytes, events }] = (await engine.database.query<{ bytes: number; events: number }>(
  `select (select avg(octet_length(body))::bigint from plan) as bytes,
     (select count(*)::bigint - count(distinct data->>'version') from outbox_event
      where type like 'plan.%') as events`,
)) as [{ bytes: number; events: number }]
total.duplicated += events
const jobs = rounded(await jobsPerSecond(engine.queue))
await engine.close()
await stop()

writeSection('Scale', 'npm run bench:scale', [
  `${regions} regions, ${SIZE.models} models, ${SIZE.variants} layouts, ${SIZE.windows} windows: ${blocks.length} blocks a plan, on Redis and PostgreSQL on the same machine. A solve is one block, counted until the last of its plan is solved; the time of a plan includes its merge and second look, which one worker does.`,
  '',
  '| workers | solves/s | seconds a plan |',
  '|---|---|---|',
  ...Object.entries(workers).map(
    ([count, { solvesPerS, secondsPerPlan }]) => `| ${count} | ${solvesPerS} | ${secondsPerPlan} |`,
  ),
  '',
  `Then 4 workers, of which ${killed} were killed with SIGKILL and replaced while ${rounds} plans were made: ${total.lost} solves or plans lost, ${total.duplicated} plans or events doubled; ${again} blocks were solved more than once, which changes nothing. A plan takes ${bytes} bytes; the queue alone moves ${jobs} empty jobs/s.`,
])
console.log(
  JSON.stringify({
    bench: 'scale',
    workers,
    killed,
    ...total,
    solvedAgain: again,
    regions,
    blocks: blocks.length,
    bytesPerPlan: bytes,
    jobsPerS: jobs,
  }),
)

function rounded(value: number): number {
  return Number(value.toPrecision(3))
}
