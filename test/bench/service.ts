import Fastify from 'fastify'
import { appendEvents } from '../../services/notification/index.ts'
import { embeddedEngine } from '../support/engines.ts'
import { median } from './median.ts'
import { apiUnderTest } from './service/api-under-test.ts'
import { feedStreams } from './service/event-streams.ts'
import { memoryOfService } from './service/memory.ts'
import { overload, peakOf, type Question } from './service/overload.ts'
import { type Shot, shoot } from './service/shoot.ts'
import { type SteadyShot, shootSteadily } from './service/steady-rate.ts'

/**
 * The API over the embedded database, beside a bare Fastify route that answers `{"status":"ok"}`, both
 * shot at from a thread of its own, in turn. Each figure is the median of the rounds. Rates depend on
 * the machine; the ratio to the bare route does so less.
 *
 * `readP99Ms` is at saturation: each connection asks again at once, so it is the connections divided by
 * the rate, and says how fast the machine is. `steady` is over the same connections at rates that leave
 * room: how long an answer takes, counted from the instant at which it should have been asked for;
 * beside a bare route, and one that sends as many bytes as the plan has.
 *
 * `overload` asks by 32 connections and then by a thousand, each again at once: of what is looked through
 * and refused, and of what asks the database.
 *
 *   npm run bench:service   # SECONDS=5 ROUNDS=3 CONNECTIONS=200 SSE_CLIENTS=5000 MEMORY_MINUTES=5
 *
 * `MEMORY_MINUTES=60` takes the hour that the memory is promised for; 0 leaves that part out.
 */
const SECONDS = Number(process.env.SECONDS ?? 5)
const ROUNDS = Number(process.env.ROUNDS ?? 3)
const CONNECTIONS = Number(process.env.CONNECTIONS ?? 200)
const SSE_CLIENTS = Number(process.env.SSE_CLIENTS ?? 5000)
/** Questions a second where there is room. */
const STEADY_RATES = [500, 1000, 2000]
const OVERLOAD_CONNECTIONS = 1_000
const MEMORY_MINUTES = Number(process.env.MEMORY_MINUTES ?? 5)

const { db, destroy } = await embeddedEngine.open()
const { app, key, planBytes } = await apiUnderTest(db)
const bare = Fastify()
bare.get('/healthz', async () => ({ status: 'ok' }))
const asManyBytes = Buffer.alloc(planBytes, ' ')
bare.get('/plan', (_request, reply) => void reply.type('application/json').send(asManyBytes))
const [url, bareUrl] = await Promise.all(
  [app, bare].map((one) => one.listen({ host: '127.0.0.1', port: 0 })),
)
const headers = { authorization: `Bearer ${key}` }
const shared = { connections: CONNECTIONS, duration: SECONDS }
const health = { ...shared, url: `${bareUrl}/healthz` }
const current = { ...shared, url: `${url}/v1/plans/current`, headers }
const unchanged = { ...current, headers: { ...headers, 'if-none-match': '"plan-1"' } }

const rounds: { health: Shot; read: Shot; unchanged: Shot }[] = []
for (const shot of [health, current]) await shoot({ ...shot, duration: 2 }) // warms up
for (let round = 0; round < ROUNDS; round++) {
  rounds.push({
    health: await shoot(health),
    read: await shoot(current),
    unchanged: await shoot(unchanged, 304),
  })
}
const steady: object[] = []
for (const ratePerSecond of STEADY_RATES) {
  const order = { connections: CONNECTIONS, ratePerSecond, seconds: SECONDS, headers: {} }
  const targets = {
    bare: { ...order, url: health.url },
    bareSameBytes: { ...order, url: `${bareUrl}/plan` },
    read: { ...order, url: current.url, headers },
  }
  const shots: Record<string, SteadyShot[]> = { bare: [], bareSameBytes: [], read: [] }
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, target] of Object.entries(targets)) {
      shots[name]!.push(await shootSteadily(target))
    }
  }
  const told = ([name, some]: [string, SteadyShot[]]) => [
    name,
    {
      medianMs: median(some.map(({ medianMs }) => medianMs)),
      p99Ms: median(some.map(({ p99Ms }) => p99Ms)),
    },
  ]
  steady.push({ ratePerSecond, ...Object.fromEntries(Object.entries(shots).map(told)) })
}
const slots = [{ startMs: 0, endMs: 300_000, tokensPerSecond: 100 }]
const push = await shoot({
  ...shared,
  url: `${url}/v1/models/chat/demand`,
  method: 'PUT',
  connections: 20,
  headers: { ...headers, 'content-type': 'application/json' },
  body: JSON.stringify({ kind: 'observed', origin: 'europe', slots }),
})
// Wrong in its last field: read, looked at whole, and refused.
const wrong = {
  url: `${url}/v1/plans:simulate`,
  method: 'POST' as const,
  headers: { ...headers, 'content-type': 'application/json' },
  body: JSON.stringify({ demandScale: 2, horizonHours: 'a day' }),
}
const list = { url: `${url}/v1/plans?limit=1`, headers }
const beyondPeak = async (question: Question, expected: number) => {
  const { rps: peakPerSecond, p99Ms: peakP99Ms } = await peakOf(question, expected, SECONDS)
  const much = { seconds: SECONDS, connections: OVERLOAD_CONNECTIONS, peakPerSecond }
  return { peakPerSecond, peakP99Ms, ...(await overload(question, expected, much)) }
}
const validation = await beyondPeak(wrong, 400)
const database = await beyondPeak(list, 200)
const sse = await feedStreams(url!, headers, SSE_CLIENTS, async () => {
  const event = { type: 'plan.changed', subject: 'plan', key: 'bench' } as const
  await appendEvents(db, 'default', [{ ...event, data: { version: 2 }, occurredAtMs: Date.now() }])
})
await Promise.all([app.close(), bare.close()])
await destroy()
const memory = MEMORY_MINUTES > 0 ? await memoryOfService(MEMORY_MINUTES) : {}

const readRps = median(rounds.map(({ read }) => read.rps))
const healthRps = median(rounds.map((round) => round.health.rps))
const ratio = median(rounds.map((round) => round.read.rps / round.health.rps))
console.error(`read ${readRps}/s, bare ${healthRps}/s; ${(100 * ratio).toFixed(0)} % by rounds`)
console.log(
  JSON.stringify({
    bench: 'service',
    readRps,
    readP99Ms: median(rounds.map(({ read }) => read.p99Ms)),
    steady,
    unchangedRps: median(rounds.map((round) => round.unchanged.rps)),
    pushRps: push.rps,
    pushP99Ms: push.p99Ms,
    overload: { validation, database },
    sseClients: sse.heard,
    sseFedP99Ms: sse.p99Ms,
    sseFedAllMs: sse.allMs,
    ...memory,
    healthRpsBareFastify: healthRps,
    healthP99MsBareFastify: median(rounds.map((round) => round.health.p99Ms)),
    readToBareRatio: Number(ratio.toFixed(3)),
    readBusyRatio: median(rounds.map(({ read }) => read.busyRatio)),
    bareBusyRatio: median(rounds.map((round) => round.health.busyRatio)),
    connections: CONNECTIONS,
    planBytes,
  }),
)
