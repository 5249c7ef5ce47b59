import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../services/api/index.ts'
import { axiosHttp } from '../../services/platform/http.ts'
import { openLog } from '../../services/platform/log.ts'
import { memoryPorts } from '../api/memory-ports.ts'
import { type OpenapiDocument, operationsOf } from '../api/openapi-document.ts'
import { freshFolder, redisUrl } from '../support/engines.ts'
import { listen } from '../support/grid-server.ts'
import { lockedServers } from '../support/locked-servers.ts'
import { runGridtide } from '../support/run-gridtide.ts'
import { type ServiceProcess, startService, until } from '../support/service-process.ts'
import { traceCollector } from '../support/trace-collector.ts'

const canary = () => randomBytes(24).toString('hex')
const webhookSecret = () => `whsec_${randomBytes(32).toString('base64')}`
/** Of the dashboard and of the queue's board. */
const PAGES = [
  '/',
  '/admin/queues',
  ...['completed', 'failed'].map(
    (status) => `/admin/queues/api/queues?activeQueue=refresh-grid&page=1&status=${status}`,
  ),
]
/** Planted where secrets are told, and looked for wherever anything is said. */
const planted = {
  GRID_TOKEN: canary(),
  BACKEND_SECRET: webhookSecret(),
}
/** In files, which the fleet file names. */
const filed = { hook: webhookSecret(), previous: webhookSecret() }
const tenant = `canary-${randomUUID()}`
const wrongKey = `gridtide_00000000_${'w'.repeat(20)}${canary().slice(0, 23)}`

const fleetYaml = (gossip: string, folder: string) => `
gridtide: 1
name: canary
planning: { windowMinutes: 60, horizonHours: 2 }
grid:
  sources:
    - { source: electricity-maps, token: '\${env:GRID_TOKEN}', baseUrl: '${gossip}' }
origins: [europe]
regions:
  - { id: frankfurt, zone: DE, ownership: releasable, gpus: [{ type: H100, count: 8 }], latencyMs: { europe: 10 } }
models:
  - id: assistant
    catalogue: meta-llama/Llama-3.1-8B-Instruct
    workload: { inputTokens: 400, outputTokens: 250 }
    slo: { ttftP95Ms: 1000, tpotP95Ms: 40 }
    demand: [{ origin: europe, kind: constant, tokensPerSecond: 1000 }]
policy: { minDwellMinutes: 0 }
backends:
  - id: ours
    kind: http
    secret: '\${env:BACKEND_SECRET}'
    allowPrivate: true
    targets: [{ url: '${gossip}/{region}/{model}/{variant}' }]
webhooks:
  - { id: hook, url: '${gossip}', secret: '\${file:${folder}/hook}', previousSecret: '\${file:${folder}/previous}', events: [plan.changed], allowPrivate: true }
`

const engines = [
  { name: 'embedded', skip: undefined, serving: async () => undefined },
  {
    name: 'Redis and PostgreSQL',
    skip: process.env.TEST_DATABASE_URL && redisUrl ? undefined : 'no servers were started',
    serving: () => lockedServers(tenant),
  },
]

describe.each(engines)('on $name', ({ skip, serving }) => {
  let folder: string
  let home: string
  let fleet: string
  let gossip: Server
  let traces: Awaited<ReturnType<typeof traceCollector>>
  let servers: Awaited<ReturnType<typeof lockedServers>> | undefined
  let service: ServiceProcess

  beforeAll(async () => {
    if (skip) return
    folder = await mkdtemp(join(tmpdir(), 'gridtide-canary-'))
    home = await freshFolder()
    traces = await traceCollector()
    servers = await serving()
    // Refuses everything, and repeats what it was told: the worst that an upstream can do.
    gossip = createServer((request, response) => {
      response.writeHead(401, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: 'refused', message: JSON.stringify(request.headers) }))
    })
    const port = await listen(gossip)
    fleet = join(folder, 'fleet.yaml')
    for (const [name, secret] of Object.entries(filed)) await writeFile(join(folder, name), secret)
    await writeFile(fleet, fleetYaml(`http://127.0.0.1:${port}`, folder))
    service = await startService(
      fleet,
      {
        ...planted,
        ...servers?.env,
        GRIDTIDE_HOME: home,
        GRIDTIDE_TENANT: tenant,
        GRIDTIDE_AUTH: 'required',
        LOG_LEVEL: 'debug',
        OTEL_EXPORTER_OTLP_ENDPOINT: traces.url,
      },
      300_000,
    )
  }, 320_000)
  afterAll(async () => {
    await service?.stop('SIGKILL')
    gossip?.close()
    await traces?.close()
    await servers?.destroy()
    for (const each of [folder, home]) {
      if (each) await rm(each, { recursive: true, force: true, maxRetries: 5 })
    }
  })

  const firstKey = () => /gridtide_[0-9a-f]{8}_\S{43}/.exec(service.said())![0]
  const get = (path: string, key = firstKey(), method = 'GET') =>
    fetch(service.url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(method === 'POST' && { body: '{}' }),
    })

  /** Everything that can be read without naming a thing. */
  async function readAll(): Promise<string> {
    const document = (await (await get('/openapi.json')).json()) as OpenapiDocument
    const paths = operationsOf(document)
      .filter(({ method, path }) => method === 'GET' && !path.includes('{'))
      .map(({ path }) => path)
      .filter((path) => !path.endsWith('/events') && !path.endsWith('/stream'))
    const bodies: string[] = []
    for (const path of [...paths, ...PAGES]) bodies.push(await (await get(path)).text())
    return bodies.join('\n')
  }

  /** By status, from the service itself: what can be asked for wrongly. */
  async function refusals(): Promise<Readonly<Record<number, string>>> {
    const asked = [
      await get('/v1/plans/seven'),
      await get('/v1/plans/current', wrongKey),
      await get('/v1/plans/999'),
      await get('/v1/plans/1/approve', firstKey(), 'POST'),
    ]
    return Object.fromEntries(
      await Promise.all(asked.map(async (answer) => [answer.status, await answer.text()])),
    )
  }

  it.skipIf(skip)(
    'says no secret in logs, answers, traces, metrics, files or stores, whatever fails',
    async () => {
      await until(async () => (await get('/v1/plans/current')).ok, 'a plan', 240_000)
      await until(
        async () => /gridtide_webhook\S*\{[^}]*hook/.test(await (await get('/metrics')).text()),
        'a webhook that failed',
        120_000,
      )
      await until(() => traces.spans().some(({ name }) => name === 'call hook'), 'traces', 60_000)
      const refused = await refusals()
      expect(Object.keys(refused)).toEqual(['400', '401', '404', '409'])
      const held = await servers?.held()
      const heard = {
        answers: await readAll(),
        refused: JSON.stringify(refused),
        log: service.said(),
        traces: traces.said(),
        files: await filesOf(home),
        command: await commandLine(fleet),
        rows: held?.rows ?? '',
        redis: held?.redis ?? '',
      }
      expect(heard.answers).toContain('assistant')
      expect(heard.answers).toContain('refresh-grid') // the board's
      expect(heard.log).toContain('"level":"debug"')
      expect(heard.command).toContain('canary')
      if (servers) {
        expect(heard.rows).toContain('assistant')
        expect(heard.redis).toContain('refresh-grid')
      }
      const secrets = { ...planted, ...filed, ...servers?.passwords, wrongKey }
      for (const [place, text] of Object.entries(heard)) {
        for (const [name, secret] of Object.entries(secrets)) {
          expect(text.includes(secret), `${name} in ${place}`).toBe(false)
        }
      }
      expect(service.said().split(firstKey())).toHaveLength(2) // shown once
      for (const place of [heard.files, heard.rows, heard.redis]) {
        expect(place.includes(firstKey())).toBe(false)
      }
    },
    420_000,
  )
})

/** What reads the configuration and says what it is, with its secrets and without. */
async function commandLine(fleet: string): Promise<string> {
  const runs = [
    await runGridtide(['validate', fleet], { env: planted }),
    await runGridtide(['plan', '--fleet', fleet, '--json'], { env: planted }),
    await runGridtide(['plan', '--fleet', fleet], { env: { BACKEND_SECRET: planted.GRID_TOKEN } }),
  ]
  return JSON.stringify(runs)
}

async function filesOf(home: string): Promise<string> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const texts = await Promise.all(
    files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')),
  )
  return texts.join('\n')
}

describe('an answer to a failure of ours or of others', () => {
  const password = canary()
  const lines: string[] = []
  const failures = {
    500: () => Promise.reject(new Error(`connect postgres://me:${password}@db: no such host`)),
    502: (url: string) => asked(`${url}/401`),
    503: (url: string) => asked(`${url}/503`),
  }
  const asked = (url: string) =>
    axiosHttp().send('grid', { url, headers: { authorization: `Bearer ${password}` } })

  it.each([500, 502, 503] as const)('is %s and holds no secret', async (status) => {
    const repeats = createServer((request, response) => {
      response.writeHead(Number(request.url!.slice(1)))
      response.end(JSON.stringify(request.headers))
    })
    const port = await listen(repeats)
    const ports = memoryPorts()
    const fails = () => failures[status](`http://127.0.0.1:${port}`) as never
    Object.assign(ports.tenants.get('default')!, { decisions: { decide: fails } })
    const app = await buildApp(ports, {
      version: '1',
      security: { mode: 'open', tenant: 'default' },
      log: openLog('debug', (line) => void lines.push(line)),
    })
    const answer = await app.inject({
      method: 'POST',
      url: '/v1/plans/1/approve',
      payload: {},
    })
    await app.close()
    repeats.close()
    expect(answer.statusCode).toBe(status)
    expect(answer.body).not.toContain(password)
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.join('')).not.toContain(password)
  })
})
