/**
 * `npm run bench:actuation [-- --kills N --part speed|crashes]`: what a killed process costs at any moment, and how fast
 * many targets change. Processes carry real moves over the real stores, leases and adapters on a
 * private PostgreSQL server; the cluster they steer is another process with lost answers, stale
 * reads, autoscalers of others, and requests that run.
 */
import { parseArgs } from 'node:util'
import { startServers } from '../../infra/bootstrap/servers.mjs'
import { migrate } from '../../services/platform/database/migrate.ts'
import { openPostgres } from '../../services/platform/database/postgres.ts'
import { crashes } from './actuation/crashes.ts'
import { runnerFile } from './actuation/runner.ts'
import { speed, TARGETS } from './actuation/speed.ts'
import { writeSection } from './write-section.ts'

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '1000' }, part: { type: 'string' } },
})
const { env, missing, stop } = await startServers()
const databaseUrl = process.env.TEST_DATABASE_URL ?? env.TEST_DATABASE_URL
if (databaseUrl === undefined) throw new Error(missing.join('; '))
const database = openPostgres(databaseUrl)
await migrate(database)
const runners = await runnerFile()
const bench = { database, databaseUrl, runners }
const COMMAND = 'npm run bench:actuation'

async function measureSpeed() {
  const { seconds, p50Ms, p99Ms } = await speed(bench)
  writeSection('Moving backends: speed', COMMAND, [
    `One process, ${TARGETS} targets, 16 moves at a time, real stores on PostgreSQL, an API server that takes 0 to 10 ms for each answer.`,
    '',
    `- all targets changed: ${seconds.toFixed(1)} s`,
    `- from a worker taking a move up to its first write: p50 ${p50Ms} ms, p99 ${p99Ms} ms`,
  ])
  return { p99PlanToPatchMs: p99Ms, changedSeconds: Number(seconds.toFixed(2)) }
}

async function measureCrashes() {
  const { ends, ...safety } = await crashes(bench, Number(values.kills))
  const { crashPoints, lostRequests, doubleActions, unsafeStates } = safety
  writeSection('Moving backends: crashes', COMMAND, [
    `${crashPoints} processes killed with SIGKILL at random moments, two at a time carrying moves of ${TARGETS} targets, in rounds. 5 % of answers are lost, 5 % of reads are stale, every fifth target has an autoscaler of somebody else, every fifth model misses its promises on the way.`,
    '',
    `- requests lost: ${lostRequests}`,
    `- commands that took effect twice: ${doubleActions}`,
    `- tenths of a second with less ready than the traffic sent there needs: ${unsafeStates}`,
    `- how the moves ended: ${JSON.stringify(ends)}`,
  ])
  return safety
}

const fast = values.part === 'crashes' ? {} : await measureSpeed()
const safe = values.part === 'speed' ? {} : await measureCrashes()
await runners.remove()
await database.close()
await stop()
console.log(JSON.stringify({ bench: 'actuation', ...safe, ...fast, targets: TARGETS }))
