/**
 * `npm run bench:outage`: takes Redis away by SIGKILL, then PostgreSQL, for minutes each, then empties
 * Redis again and again, all under one running service with readers; and says how readers fared and
 * when a new plan came once all was back.
 *
 *   MINUTES=2 WIPES=20 KILLS=20 npm run bench:outage
 *
 * MINUTES=0, KILLS=0 or WIPES=0 leaves that part out, and `AWAY=redis` or `AWAY=postgres` takes one of
 * the two away alone. A kill or a wipe takes a tick or two each.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { type ServiceProcess, startService, until } from '../support/service-process.ts'
import { ownServers, type Stop } from './outage/own-servers.ts'
import { readWhile } from './outage/readers.ts'

const MINUTES = Number(process.env.MINUTES ?? 2)
const WIPES = Number(process.env.WIPES ?? 20)
const KILLS = Number(process.env.KILLS ?? 20)
const TICK_SECONDS = 5
const AWAY = process.env.AWAY ?? 'redis,postgres'
/** A machine that does much else needs long for a tick. */
const PATIENCE_MS = 600_000
const tell = (words: string) => console.error(`${new Date().toISOString()} ${words}`)

/** What was started, to be stopped last first: whatever fails, nothing is left running. */
const started: Stop[] = []
let service: ServiceProcess
let newest = 0
let backwards = 0

async function version(): Promise<number> {
  const answer = await fetch(`${service.url}/v1/plans?limit=1`)
  const body = await answer.text() // read in any case: an answer left unread holds its connection
  if (!answer.ok) return newest
  const { items } = JSON.parse(body) as { items: { version: number }[] }
  const found = items[0]?.version ?? 0
  if (found < newest) backwards++
  return found
}

/** @returns how long until a plan came that was not there before, ms */
async function nextPlanMs(): Promise<number> {
  const startMs = performance.now()
  newest = Math.max(newest, await version())
  const before = newest
  const later = async () => {
    const now = await version()
    return now > before && now
  }
  newest = await until(later, 'the next plan', PATIENCE_MS)
  return Math.round(performance.now() - startMs)
}

async function away(who: string, leave: () => Promise<unknown>, comeBack: () => Promise<unknown>) {
  if (MINUTES === 0 || !AWAY.split(',').includes(who)) return undefined
  await nextPlanMs()
  tell(`${who} goes away for ${MINUTES} min`)
  const readers = await readWhile(service.url, async () => {
    await leave()
    await pause(MINUTES * 60_000)
  })
  await comeBack()
  tell(`${who} is back`)
  return { minutes: MINUTES, ...readers, nextPlanAfterMs: await nextPlanMs() }
}

async function again(times: number, harm: () => Promise<unknown>) {
  const tookMs: number[] = []
  for (let done = 0; done < times; done++) {
    await pause(Math.random() * TICK_SECONDS * 1000)
    await harm()
    tookMs.push(await nextPlanMs())
    if (done % 10 === 9) tell(`${done + 1} of ${times}`)
  }
  const sorted = tookMs.toSorted((a, b) => a - b)
  return { times, medianMs: sorted[Math.floor(times / 2)], slowestMs: sorted.at(-1) }
}

try {
  const { redis, admin, databaseName, databaseUrl } = await ownServers('outage', started)
  service = await startService(
    'config/examples/two-regions.yaml',
    {
      DATABASE_URL: databaseUrl,
      REDIS_URL: redis.url,
      GRIDTIDE_HOME: 'unused',
      GRIDTIDE_TICK_SECONDS: String(TICK_SECONDS),
      LOG_LEVEL: 'error',
    },
    PATIENCE_MS,
  )
  started.push(() => service.stop())
  tell('the service is up')
  const connections = (allowed: boolean) =>
    admin.query(`alter database ${databaseName} allow_connections ${allowed}`)
  const end = 'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1'
  const wiper = new Redis(redis.url, { lazyConnect: true })
  wiper.on('error', () => undefined)
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
    redisKilled: await again(KILLS, async () => {
      await redis.kill()
      await redis.start()
    }),
    redisEmptied: await again(WIPES, () => wiper.flushall()),
    plans: newest,
    plansBackwards: backwards,
  }
  wiper.disconnect()
  console.log(JSON.stringify(report))
} finally {
  for (const stop of started.reverse()) await stop().catch((error) => tell(String(error)))
}
