/**
 * `npm run bench:rolling`: replaces the running service by a new process again and again, over Redis
 * and PostgreSQL, under clients that keep their connections; and says how many of their questions were
 * not answered, how long a new process takes until it is ready, and an old one from SIGTERM until it
 * has ended. Clients are sent to the new one at the instant of SIGTERM, as behind a balancer that
 * heeds it; what was asked before is the old one's to answer.
 *
 *   ROUNDS=200 npm run bench:rolling   # 3 unless told
 *
 * Readiness is looked for five times a second.
 */
import { builtProgram } from '../support/built-program.ts'
import { type ServiceProcess, startService, until } from '../support/service-process.ts'
import { ownServers } from './outage/own-servers.ts'
import { spread } from './outage/spread.ts'
import { startClients } from './rolling/clients.ts'
import { type Stop, stopAll, tell } from './started.ts'

const ROUNDS = Number(process.env.ROUNDS ?? 3)
/** A machine that does much else needs long. */
const PATIENCE_MS = 600_000
/** What was started, to be stopped last first: whatever fails, nothing is left running. */
const started: Stop[] = []

const is200 = async (url: string): Promise<boolean> => {
  const answer = await fetch(url)
  await answer.arrayBuffer() // left unread it holds its connection
  return answer.status === 200
}

async function timed<Result>(work: () => Promise<Result>): Promise<[Result, number]> {
  const startMs = performance.now()
  const result = await work()
  return [result, Math.round(performance.now() - startMs)]
}

try {
  const { redis, databaseUrl } = await ownServers('rolling', started)
  await builtProgram() // no part of a start

  const start = async (): Promise<ServiceProcess> => {
    const env = { DATABASE_URL: databaseUrl, REDIS_URL: redis.url, GRIDTIDE_HOME: 'unused' }
    const settings = { GRIDTIDE_TICK_SECONDS: '5', LOG_LEVEL: 'error' }
    const fleet = 'config/examples/two-regions.yaml'
    const service = await startService(fleet, { ...env, ...settings }, PATIENCE_MS)
    started.push(() => service.stop())
    await until(() => is200(`${service.url}/readyz`), 'readiness', PATIENCE_MS)
    return service
  }

  let current = await start()
  await until(() => is200(`${current.url}/v1/plans/current`), 'the first plan', PATIENCE_MS)
  tell('the service is up')
  const stopClients = startClients(() => current.url)
  const readyMs: number[] = []
  const drainedMs: number[] = []
  const exitCodes = new Set<number | null>()
  for (let round = 1; round <= ROUNDS; round++) {
    const [next, tookMs] = await timed(start)
    readyMs.push(tookMs)
    const old = current
    current = next
    const [code, tookToDrainMs] = await timed(() => old.stop('SIGTERM'))
    drainedMs.push(tookToDrainMs)
    exitCodes.add(code)
    tell(`${round} of ${ROUNDS}: ready after ${tookMs} ms, drained after ${tookToDrainMs} ms`)
  }
  const clients = await stopClients()
  console.log(
    JSON.stringify({
      bench: 'rolling',
      rounds: ROUNDS,
      ...clients,
      ready: spread(readyMs),
      drained: spread(drainedMs),
      exitCodes: [...exitCodes],
    }),
  )
} finally {
  await stopAll(started)
}
