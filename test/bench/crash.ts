/**
 * `npm run bench:crash [-- --kills N --service-kills S --minutes M --engine embedded|redis]`: kills with
 * SIGKILL, and counts what was lost. Twice an engine:
 *
 * - `engine`: a small program over the stores, queue and outbox of the service, which writes plans as
 *   fast as it can, N times (500 unless told);
 * - `service`: `gridtide serve` as it is built, under HTTP clients, with a grid that turns, targets and
 *   a subscriber, S times (100 unless told).
 *
 * Each as often as M minutes allow, at most. Redis means Redis for the queue and PostgreSQL for the
 * state; its servers are private ones, started here.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startServers } from '../../infra/bootstrap/servers.mjs'
import { openEmbedded } from '../../services/platform/database/embedded.ts'
import { openPostgres } from '../../services/platform/database/postgres.ts'
import { type CrashPlan, type CrashReport, crashRun } from '../support/crash-run.ts'
import { type Engine, killService } from './crash/service-run.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '500' },
    'service-kills': { type: 'string', default: '100' },
    minutes: { type: 'string' },
    engine: { type: 'string' },
  },
})
const kills = Number(values.kills)
const endMs = () =>
  values.minutes ? Date.now() + Number(values.minutes) * 60_000 : Number.POSITIVE_INFINITY
const plan = (engine: string): CrashPlan => ({
  kills,
  endMs: endMs(),
  tell: (killed) => killed % 25 === 0 && console.error(`${engine}: ${killed} of ${kills} kills`),
})
const engines: Record<string, CrashReport> = {}
const services: Record<string, Awaited<ReturnType<typeof killService>>> = {}

async function embedded(): Promise<CrashReport> {
  const home = await mkdtemp(join(tmpdir(), 'gridtide-crash-'))
  try {
    return await crashRun({ home, open: () => openEmbedded(home) }, plan('embedded'), Math.random)
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

async function redis(): Promise<CrashReport> {
  const { env, missing, stop } = await startServers()
  try {
    if (missing.length > 0) throw new Error(missing.join('; '))
    const databaseUrl = process.env.TEST_DATABASE_URL ?? env.TEST_DATABASE_URL
    const redisUrl = process.env.TEST_REDIS_URL ?? env.TEST_REDIS_URL
    const open = async () => openPostgres(databaseUrl)
    return await crashRun(
      { home: 'unused', databaseUrl, redisUrl, open },
      plan('redis'),
      Math.random,
    )
  } finally {
    await stop()
  }
}

for (const [name, run] of Object.entries({ embedded, redis })) {
  if (values.engine !== undefined && values.engine !== name) continue
  engines[name] = await run()
  services[name] = await killService(name as Engine, Number(values['service-kills']), endMs())
}
type Column = keyof CrashReport & keyof Awaited<ReturnType<typeof killService>>
const total = (column: Column) =>
  [...Object.values(engines), ...Object.values(services)].reduce(
    (sum, report) => sum + (report[column] as number),
    0,
  )
console.log(
  JSON.stringify({
    bench: 'crash',
    engine: engines,
    service: services,
    kills: total('kills'),
    acceptedWrites: total('acceptedWrites'),
    lostWrites: total('lostWrites'),
    webhooksDue: total('webhooksDue'),
    webhooksLost: total('webhooksLost'),
    webhooksDuplicatedWithoutId: total('webhooksDuplicatedWithoutId'),
    doubleActions: total('doubleActions'),
  }),
)
