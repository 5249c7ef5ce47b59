import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type OpenapiDocument, operationsOf } from '../api/openapi-document.ts'
import { freshFolder } from '../support/engines.ts'
import { type ServiceProcess, startService, until } from '../support/service-process.ts'

const canary = () => randomBytes(24).toString('hex')
const webhookSecret = () => `whsec_${randomBytes(32).toString('base64')}`
/** Planted where secrets are told, and looked for wherever anything is said. */
const planted = {
  GRID_TOKEN: canary(),
  BACKEND_SECRET: webhookSecret(),
  HOOK_SECRET: webhookSecret(),
}
const wrongKey = `gridtide_00000000_${'w'.repeat(20)}${canary().slice(0, 23)}`

const fleetYaml = (gossip: string) => `
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
  - { id: hook, url: '${gossip}', secret: '\${env:HOOK_SECRET}', events: [plan.changed], allowPrivate: true }
`

let folder: string
let home: string
let gossip: Server
let service: ServiceProcess

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gridtide-canary-'))
  home = await freshFolder()
  // Refuses everything, and repeats what it was told: the worst that an upstream can do.
  gossip = createServer((request, response) => {
    response.writeHead(401, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: 'refused', message: JSON.stringify(request.headers) }))
  }).listen(0, '127.0.0.1')
  await once(gossip, 'listening')
  const { port } = gossip.address() as AddressInfo
  const fleet = join(folder, 'fleet.yaml')
  await writeFile(fleet, fleetYaml(`http://127.0.0.1:${port}`))
  const env = { GRIDTIDE_HOME: home, GRIDTIDE_AUTH: 'required', LOG_LEVEL: 'debug' }
  service = await startService(fleet, { ...planted, ...env }, 300_000)
}, 320_000)
afterAll(async () => {
  await service?.stop('SIGKILL')
  gossip?.close()
  for (const each of [folder, home]) await rm(each, { recursive: true, force: true, maxRetries: 5 })
})

const firstKey = () => /gridtide_[0-9a-f]{8}_\S{43}/.exec(service.said())![0]
const get = (path: string, key = firstKey()) =>
  fetch(service.url + path, { headers: { authorization: `Bearer ${key}` } })

/** Everything that can be read without naming a thing. */
async function readAll(): Promise<string> {
  const document = (await (await get('/openapi.json')).json()) as OpenapiDocument
  const paths = operationsOf(document)
    .filter(({ method, path }) => method === 'GET' && !path.includes('{'))
    .map(({ path }) => path)
    .filter((path) => !path.endsWith('/events') && !path.endsWith('/stream'))
  const bodies: string[] = []
  for (const path of paths) bodies.push(await (await get(path)).text())
  return bodies.join('\n')
}

async function filesOf(home: string): Promise<string> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const texts = await Promise.all(
    files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')),
  )
  return texts.join('\n')
}

it('says no secret in logs, answers, metrics or files, whatever fails', async () => {
  await until(async () => (await get('/v1/plans/current')).ok, 'a plan', 240_000)
  await until(
    async () => /gridtide_webhook\S*\{[^}]*hook/.test(await (await get('/metrics')).text()),
    'a webhook that failed',
    120_000,
  )
  const refused = await (await get('/v1/plans/current', wrongKey)).text()
  expect(refused).toContain('UNAUTHENTICATED')
  const heard = {
    answers: await readAll(),
    refused,
    log: service.said(),
    files: await filesOf(home),
  }
  expect(heard.answers).toContain('assistant')
  expect(heard.log).toContain('"level":"debug"')
  for (const [place, text] of Object.entries(heard)) {
    for (const [name, secret] of Object.entries({ ...planted, wrongKey })) {
      expect(text.includes(secret), `${name} in ${place}`).toBe(false)
    }
  }
  expect(service.said().split(firstKey())).toHaveLength(2) // shown once
  expect(heard.files).not.toContain(firstKey())
}, 420_000)
