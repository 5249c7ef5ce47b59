/**
 * `npm run bench:outage`: takes Redis away by SIGKILL, then PostgreSQL, for minutes each, then empties
 * Redis again and again, all under one running service with readers; and says how readers fared and
 * when a new plan came once all was back.
 *
 *   MINUTES=2 WIPES=20 KILLS=20 npm run bench:outage
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { startServers } from '../../infra/bootstrap/servers.mjs'
import { openPostgres } from '../../services/platform/database/postgres.ts'
import { startService, until } from '../support/service-process.ts'
import { readWhile } from './outage/readers.ts'
import { redisServer } from './outage/redis-server.ts'

const MINUTES = Number(process.env.MINUTES ?? 2)
const WIPES = Number(process.env.WIPES ?? 20)
const KILLS = Number(process.env.KILLS ?? 20)
const TICK_SECONDS = 5
const PATIENCE_MS = 180_000

const servers = await startServers()
const serverUrl = process.env.TEST_DATABASE_URL ?? servers.env.TEST_DATABASE_URL
if (serverUrl === undefined) throw new Error(servers.missing.join('; '))
const redis = await redisServer()
const admin = openPostgres(serverUrl, { maxConnections: 1 })
const databaseName = `outage_${randomUUID().replaceAll('-', '')}`
await admin.query(`create database ${databaseName}`)
const databaseUrl = new URL(serverUrl)
databaseUrl.pathname = databaseName
const service = await startService('config/examples/two-regions.yaml', {
  DATABASE_URL: databaseUrl.href,
  REDIS_URL: redis.url,
  GRIDTIDE_HOME: 'unused',
  GRIDTIDE_TICK_SECONDS: String(TICK_SECONDS),
  LOG_LEVEL: 'error',
})
let newest = 0
let backwards = 0

async function version(): Promise<number> {
  const answer = await fetch(`${service.url}/v1/plans?limit=1`)
  if (!answer.ok) return newest
  const { items } = (await answer.json()) as { items: { version: number }[] }
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

async function away(leave: () => Promise<unknown>, comeBack: () => Promise<unknown>) {
  await nextPlanMs()
  const readers = await readWhile(service.url, async () => {
    await leave()
    await pause(MINUTES * 60_000)
  })
  await comeBack()
  return { minutes: MINUTES, ...readers, nextPlanAfterMs: await nextPlanMs() }
}

async function again(times: number, harm: () => Promise<unknown>) {
  const tookMs: number[] = []
  for (let done = 0; done < times; done++) {
    await pause(Math.random() * TICK_SECONDS * 1000)
    await harm()
    tookMs.push(await nextPlanMs())
  }
  const sorted = tookMs.toSorted((a, b) => a - b)
  return { times, medianMs: sorted[Math.floor(times / 2)], slowestMs: sorted.at(-1) }
}

try {
  const connections = (allowed: boolean) =>
    admin.query(`alter database ${databaseName} allow_connections ${allowed}`)
  const end = 'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1'
  const wiper = new Redis(redis.url, { lazyConnect: true })
  wiper.on('error', () => undefined)
  const report = {
    bench: 'outage',
    redisAway: await away(redis.kill, redis.start),
    postgresAway: await away(
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
  await service.stop()
  await redis.destroy()
  await admin.query(`drop database ${databaseName} with (force)`)
  await admin.close()
  await servers.stop()
}
