/**
 * `npm run bench:outage`: takes Redis away by SIGKILL, then PostgreSQL, for minutes each; then has
 * each hang as long (SIGSTOP: it takes connections and says nothing); then kills Redis and empties it again and again, all under one running service that moves replicas at targets
 * of ours, with clients; and says how clients fared, what was lost, what targets were told, and how
 * long it took until all went on.
 *
 *   MINUTES=2 WIPES=20 KILLS=20 npm run bench:outage
 *
 * MINUTES=0, KILLS=0 or WIPES=0 leaves that part out, and `AWAY` names those of `redis`, `postgres`,
 * `redis-hangs` and `postgres-hangs` that are to be tried. Every tenth kill or wipe a line says how it went so far.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { startGridServer } from '../support/grid-server.ts'
import { startScaleServer } from '../support/scale-server.ts'
import { startService, until } from '../support/service-process.ts'
import { toldTargets } from './outage/backend-record.ts'
import { BACKEND_SECRET, harmedFleet, TICK_SECONDS, TWO_ZONES } from './outage/harmed-fleet.ts'
import { ownServers } from './outage/own-servers.ts'
import { planWatch } from './outage/plan-watch.ts'
import { watchQueue } from './outage/queue-witness.ts'
import { readWhile } from './outage/readers.ts'
import { spread } from './outage/spread.ts'
import { watchService } from './outage/witness.ts'
import { type Stop, stopAll, tell } from './started.ts'

const MINUTES = Number(process.env.MINUTES ?? 2)
const WIPES = Number(process.env.WIPES ?? 20)
const KILLS = Number(process.env.KILLS ?? 20)
const AWAY = process.env.AWAY ?? 'redis,postgres,redis-hangs,postgres-hangs'
/** How long a killed Redis stays away at most. */
const MOST_AWAY_MS = 2_000
const LAST_WORDS = 4_000
/** A machine that does much else needs long for a tick. */
const PATIENCE_MS = 300_000

/** What was started, to be stopped last first: whatever fails, nothing is left running. */
const started: Stop[] = []

try {
  const { redis, postgres, admin, databaseName, databaseUrl } = await ownServers('outage', started)
  const grid = await startGridServer(TWO_ZONES)
  started.push(() => grid.close())
  const targets = await startScaleServer(BACKEND_SECRET)
  started.push(() => targets.close())
  const folder = await mkdtemp(join(tmpdir(), 'gridtide-outage-'))
  started.push(() => rm(folder, { recursive: true, force: true }))
  const fleetFile = join(folder, 'fleet.yaml')
  await writeFile(fleetFile, harmedFleet(grid.url, targets.url))
  const env = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.url,
    GRIDTIDE_HOME: folder,
    GRIDTIDE_TICK_SECONDS: String(TICK_SECONDS),
    LOG_LEVEL: 'warn',
    EM_TOKEN: 'token',
    BACKEND_SECRET,
  }
  const service = await startService(fleetFile, env, PATIENCE_MS)
  started.push(() => service.stop())
  started.push(async () => {
    if (process.exitCode) tell(`its last words: ${service.said().slice(-LAST_WORDS)}`)
  })
  const plans = planWatch(service.url, PATIENCE_MS)
  await plans.nextMs()
  tell('the service is up')

  const away = async (who: string, leave: () => unknown, comeBack: () => unknown) => {
    if (MINUTES === 0 || !AWAY.split(',').includes(who)) return undefined
    tell(`${who}: away for ${MINUTES} min`)
    const readers = await readWhile(service.url, async () => {
      await leave()
      await pause(MINUTES * 60_000)
    })
    await comeBack()
    tell(`${who}: back`)
    return { minutes: MINUTES, ...readers, nextPlanAfterMs: await plans.nextMs() }
  }

  /** The grid turns at each harm, so that there is something to move while it lasts. */
  const turnGrid = (time: number) => {
    grid.change('DE', time % 2 === 0 ? 0.1 : 1)
    grid.change('SE', time % 2 === 0 ? 4 : 1)
  }
  const again = async (
    what: string,
    times: number,
    harm: () => Promise<void>,
    runsAgain: () => Promise<void> = async () => undefined,
  ) => {
    if (times === 0) return undefined
    const clients = watchService(service.url)
    const readyMs: number[] = []
    const planMs: number[] = []
    const soFar = () => ({
      ready: spread(readyMs),
      nextPlan: spread(planMs),
      clients: clients.fared,
      told: toldTargets(targets),
      plansBackwards: plans.backwards(),
    })
    for (let time = 1; time <= times; time++) {
      turnGrid(time)
      await pause(Math.random() * TICK_SECONDS * 1000)
      await harm()
      const [tookMs] = await Promise.all([plans.readyMs(), runsAgain()])
      readyMs.push(tookMs)
      planMs.push(await plans.nextMs())
      if (time % 10 === 0) tell(`${what} ${time} of ${times}: ${JSON.stringify(soFar())}`)
    }
    return { ...soFar(), ...(await clients.end()) }
  }

  const connections = (allowed: boolean) =>
    admin.query(`alter database ${databaseName} allow_connections ${allowed}`)
  const end = 'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1'
  const report = {
    bench: 'outage',
    redisAway: await away('redis', redis.kill, redis.start),
    postgresAway: await away(
      'postgres',
      async () => {
        await connections(false)
        await admin.query(end, [databaseName])
      },
      () => connections(true),
    ),
    redisHangs: await away('redis-hangs', redis.freeze, redis.thaw),
    postgresHangs: await away('postgres-hangs', postgres.freeze, postgres.thaw),
    redisKilled: await killed(),
    redisEmptied: await emptied(),
  }
  console.log(JSON.stringify(report))

  async function killed() {
    if (KILLS === 0) return undefined
    const queue = await watchQueue(redis.url)
    started.push(() => queue.end())
    const jobsMs: number[] = []
    const harm = async () => {
      await redis.kill()
      await pause(Math.random() * MOST_AWAY_MS)
      await redis.start()
    }
    const runsAgain = async () => {
      const backMs = performance.now()
      await until(() => queue.ranSince(backMs), 'a job to run', PATIENCE_MS)
      jobsMs.push(Math.round(performance.now() - backMs))
    }
    const service = await again('killed', KILLS, harm, runsAgain)
    return { ...service, queue: { ...(await queue.end()), nextJob: spread(jobsMs) } }
  }

  async function emptied() {
    const wiper = new Redis(redis.url)
    wiper.on('error', () => undefined)
    const report = await again('emptied', WIPES, async () => void (await wiper.flushall()))
    wiper.disconnect()
    return report
  }
} catch (error) {
  tell(`${error}`)
  process.exitCode = 1
} finally {
  await stopAll(started)
}
