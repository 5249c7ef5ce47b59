import { randomUUID } from 'node:crypto'
import { startServers } from '../../infra/bootstrap/servers.mjs'
import { bundleChild } from '../support/bundle-child.ts'
import { runPoison } from './poison/run.ts'

/**
 * Jobs that kill whatever process runs them, among healthy ones at a steady rate: how often each is
 * started before it is parked, and how much later the healthy ones are done than without poison. With
 * the locks, looks and starts of the service; each worker is started again as soon as it dies. On
 * Redis, and on PostgreSQL; the servers are private ones, started here.
 *
 *   npm run bench:poison   # POISON=1000 SECONDS=1200 CALM_SECONDS=90 PER_SECOND=20 WORKERS=12 ENGINE=redis
 */
const POISON = Number(process.env.POISON ?? 1000)
const SECONDS = Number(process.env.SECONDS ?? 1200)
const CALM_SECONDS = Number(process.env.CALM_SECONDS ?? 90)
const PER_SECOND = Number(process.env.PER_SECOND ?? 20)
const WORKERS = Number(process.env.WORKERS ?? 12)
const ENGINES = process.env.ENGINE ? [process.env.ENGINE] : ['redis', 'postgres']

const bundled = (name: string) =>
  bundleChild(new URL(`./poison/${name}.ts`, import.meta.url).pathname)
const [worker, own] = await Promise.all([bundled('worker-child'), bundled('own-child')])
const programs = { worker: worker.path, own: own.path }
const { env, missing, stop } = await startServers()
const databaseUrl = process.env.TEST_DATABASE_URL ?? env.TEST_DATABASE_URL
const redisUrl = process.env.TEST_REDIS_URL ?? env.TEST_REDIS_URL
const found: Record<string, object> = {}
try {
  if (databaseUrl === undefined || redisUrl === undefined) throw new Error(missing.join('; '))
  for (const engine of ENGINES) {
    const place = () => ({
      home: 'unused',
      databaseUrl,
      ...(engine === 'redis' && { redisUrl }),
      keyPrefix: `poison-${randomUUID()}`,
    })
    const load = { workers: WORKERS, healthyPerSecond: PER_SECOND }
    const calm = await runPoison(programs, place(), {
      ...load,
      seconds: CALM_SECONDS,
      poison: 0,
    })
    const poisoned = await runPoison(programs, place(), {
      ...load,
      seconds: SECONDS,
      poison: POISON,
    })
    const p99Ratio = Number((poisoned.p99Ms / calm.p99Ms).toFixed(2))
    found[engine] = { calm, poisoned, p99Ratio }
  }
} finally {
  await stop()
  await Promise.all([worker.remove(), own.remove()])
}
console.log(JSON.stringify({ bench: 'poison', workers: WORKERS, perSecond: PER_SECOND, ...found }))
