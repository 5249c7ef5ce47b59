import { readFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import autocannon from 'autocannon'
import Fastify from 'fastify'
import { Registry } from 'prom-client'
import { apiKeys } from '../../services/api/access/api-keys.ts'
import { postgresAnswers } from '../../services/api/adapters/postgres-answers.ts'
import { postgresEvents } from '../../services/api/adapters/postgres-events.ts'
import { buildApp, fleetPorts, type TenantPorts } from '../../services/api/index.ts'
import { parseFleet } from '../../services/fleet/index.ts'
import { postgresKeys } from '../../services/keys/adapters/postgres.ts'
import { createKey } from '../../services/keys/index.ts'
import { appendEvents } from '../../services/notification/index.ts'
import { postgresPushedDemand } from '../../services/overlays/adapters/postgres-demand.ts'
import { postgresOverlays } from '../../services/overlays/adapters/postgres-overlays.ts'
import { postgresPlans } from '../../services/plans/adapters/postgres.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import { memoryBatch } from '../api/memory-batch.ts'
import { memoryOperations } from '../api/memory-operations.ts'
import { aPlan } from '../api/memory-ports.ts'
import { embeddedEngine } from '../support/engines.ts'
import { memoryOfService } from './service/memory.ts'

/**
 * The API over the embedded database, beside a bare Fastify route in the same run, both shot at from
 * a thread of its own. Rates depend on the machine; the ratio to the bare route does so less.
 *
 *   npm run bench:service            # SECONDS=10 CONNECTIONS=200 SSE_CLIENTS=5000 MEMORY_MINUTES=5
 */
const SECONDS = Number(process.env.SECONDS ?? 10)
const CONNECTIONS = Number(process.env.CONNECTIONS ?? 200)
const SSE_CLIENTS = Number(process.env.SSE_CLIENTS ?? 5000)
const MEMORY_MINUTES = Number(process.env.MEMORY_MINUTES ?? 5)

const fresh = await embeddedEngine.open()
const { db } = fresh
await migrate(db)
const nowMs = () => Date.now()
const plans = postgresPlans(db, 'default')
const { version: _, ...draft } = aPlan(1, 2, 24)
await plans.save(draft, { ifVersion: 0, events: () => [] })

const fleetName = 'config/examples/two-regions.yaml'
const fleet = parseFleet(readFileSync(fleetName, 'utf8'), { fileName: fleetName })
const demand = postgresPushedDemand(db)
const missing = () => Promise.reject(new Error('not part of this bench'))
const tenant: TenantPorts = {
  ...fleetPorts({ tenant: 'default', file: () => fleet, overlays: postgresOverlays(db), nowMs }),
  plans,
  explain: missing,
  regions: { list: missing },
  demand: { push: (pushed, atMs) => demand.push('default', pushed, atMs) },
  targets: { list: missing, desired: missing, wanted: missing, wantedBesideCurrent: missing },
  actions: { history: missing },
  stop: { read: missing, engage: missing, disengage: missing },
  audit: { history: missing },
  events: postgresEvents(db, 'default'),
  simulate: missing,
  figures: missing,
  fitOf: missing,
  ...memoryOperations([]),
  batch: memoryBatch(Date.now()),
}
const keys = postgresKeys(db)
const scopes = ['read', 'plan'] as const
const { text: key } = await createKey(keys, { tenant: 'default', label: 'bench', scopes }, nowMs())
const app = await buildApp(
  {
    tenant: () => tenant,
    checks: [],
    metrics: new Registry(),
    keys,
    answers: postgresAnswers(db),
    record: () => undefined,
  },
  {
    version: 'bench',
    security: { mode: 'closed', authenticators: [apiKeys(keys, { nowMs })] },
    limits: { requestsPerMinute: 1e9 },
  },
)
const bare = Fastify()
bare.get('/healthz', async () => ({ status: 'ok' }))
const [url, bareUrl] = await Promise.all(
  [app, bare].map((one) => one.listen({ host: '127.0.0.1', port: 0 })),
)
const headers = { authorization: `Bearer ${key}` }

async function shoot(options: autocannon.Options) {
  const before = performance.eventLoopUtilization()
  const shared = { connections: CONNECTIONS, duration: SECONDS, workers: 1 }
  const result = await autocannon({ ...shared, ...options })
  const { utilization } = performance.eventLoopUtilization(before)
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${options.url}: ${result.non2xx} refused, ${result.errors} failed`)
  }
  // Well under 1, the client was the limit, and not what is measured.
  const busyRatio = Number(utilization.toFixed(3))
  return { rps: Math.round(result.requests.average), p99: result.latency.p99, busyRatio }
}

const slots = [{ startMs: 0, endMs: 300_000, tokensPerSecond: 100 }]
const current = `${url}/v1/plans/current`
await shoot({ url: current, headers, duration: 2 }) // warm up both
await shoot({ url: `${bareUrl}/healthz`, duration: 2 })
const health = await shoot({ url: `${bareUrl}/healthz` })
const read = await shoot({ url: current, headers })
const unchanged = await autocannon({
  url: current,
  connections: CONNECTIONS,
  duration: SECONDS,
  workers: 1,
  headers: { ...headers, 'if-none-match': '"plan-1"' },
})
const push = await shoot({
  url: `${url}/v1/models/chat/demand`,
  method: 'PUT',
  connections: 20,
  headers: { ...headers, 'content-type': 'application/json' },
  body: JSON.stringify({ kind: 'observed', origin: 'europe', slots }),
})
const sse = await feed()
await Promise.all([app.close(), bare.close()])
await fresh.destroy()
const memory = await memoryOfService(MEMORY_MINUTES)

console.error(
  `read ${read.rps}/s is ${((100 * read.rps) / health.rps).toFixed(0)} % of a bare route's ${health.rps}/s`,
)
console.log(
  JSON.stringify({
    bench: 'service',
    readRps: read.rps,
    readP99Ms: read.p99,
    unchangedRps: Math.round(unchanged.non2xx / SECONDS), // a 304 is what it should be
    pushRps: push.rps,
    pushP99Ms: push.p99,
    sseClients: sse.clients,
    sseFedAllMs: sse.allMs,
    ...memory,
    healthRpsBareFastify: health.rps,
    healthP99MsBareFastify: health.p99,
    readToBareRatio: Number((read.rps / health.rps).toFixed(3)),
    readBusyRatio: read.busyRatio,
    bareBusyRatio: health.busyRatio,
    connections: CONNECTIONS,
    planBytes: JSON.stringify({ version: 1, ...draft }).length,
  }),
)

/** Opens every stream, says that a plan changed, and waits until the last has heard. */
async function feed(): Promise<{ clients: number; allMs: number }> {
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY })
  let heard = 0
  let allHeard = () => {}
  const everybody = new Promise<void>((resolve) => {
    allHeard = resolve
  })
  const open = () =>
    new Promise<void>((resolve, reject) => {
      const request = get(`${url}/v1/events`, { agent, headers }, (answer) => {
        answer.on('error', () => undefined)
        answer.on('data', (chunk: Buffer) => {
          if (chunk.includes('plan.changed') && ++heard === SSE_CLIENTS) allHeard()
          if (chunk.includes('retry:')) resolve()
        })
      })
      request.on('error', reject)
    })
  for (let opened = 0; opened < SSE_CLIENTS; opened += 100) {
    await Promise.all(Array.from({ length: Math.min(100, SSE_CLIENTS - opened) }, open))
  }
  const startMs = performance.now()
  const event = {
    type: 'plan.changed',
    subject: 'plan',
    key: 'bench',
    data: { version: 2 },
  } as const
  await appendEvents(db, 'default', [{ ...event, occurredAtMs: nowMs() }])
  await everybody
  const allMs = Math.round(performance.now() - startMs)
  agent.destroy()
  return { clients: heard, allMs }
}
