import { random } from '../../services/planning/random.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import { openPostgres } from '../../services/platform/database/postgres.ts'
import { walk } from './crash-points/walk.ts'
import { ownServers } from './outage/own-servers.ts'
import { type Stop, stopAll, tell } from './started.ts'

/**
 * Ends a process before and after each of its calls to the outside, while it brings two plans to
 * targets and subscribers; then ends the one that recovers from that, at each of its own calls; and
 * says whether anything was lost, told twice or came to another end. The processes are walked
 * through in this one; stores, outbox and ledger of actions are those of the service, on a private
 * PostgreSQL server that is started here.
 *
 *   npm run bench:crash-points   # RUNS=100000 LANES=4 SEED=1
 */
const RUNS = Number(process.env.RUNS ?? 100_000)
const LANES = Number(process.env.LANES ?? 4)
const SEED = Number(process.env.SEED ?? 1)

const started: Stop[] = []
try {
  const { databaseUrl } = await ownServers('crash_points', started)
  const db = openPostgres(databaseUrl)
  started.push(() => db.close())
  await migrate(db)
  const sinceMs = performance.now()
  const walked = await walk(db, { runs: RUNS, lanes: LANES, random: random(SEED) }, (soFar) =>
    tell(`${soFar.runs} of ${RUNS}: ${soFar.otherEnd} with another end`),
  )
  const seconds = Math.round((performance.now() - sinceMs) / 1000)
  console.log(JSON.stringify({ bench: 'crash-points', seconds, ...walked }))
  if (walked.otherEnd > 0) process.exitCode = 1
} finally {
  await stopAll(started)
}
