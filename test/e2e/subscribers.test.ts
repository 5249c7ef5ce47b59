import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freshFolder } from '../support/engines.ts'
import { type ServiceProcess, startService, until } from '../support/service-process.ts'
import { type TroubledProxy, troubledProxy } from '../support/troubled-proxy.ts'
import { webhookReceiver } from '../support/webhook-receiver.ts'

const CLIENT = join(import.meta.dirname, '../../docs/examples/client.py')
const PROBLEM = { 'content-type': 'application/problem+json' }
const noPython = spawnSync('python3', ['--version']).status !== 0
const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`

const fleetYaml = (hook: string) => `
gridtide: 1
name: subscribers
planning: { windowMinutes: 60, horizonHours: 2 }
origins: [europe]
regions:
  - { id: frankfurt, zone: DE, ownership: releasable, gpus: [{ type: H100, count: 32 }], latencyMs: { europe: 10 } }
models:
  - id: assistant
    catalogue: meta-llama/Llama-3.1-8B-Instruct
    workload: { inputTokens: 400, outputTokens: 250 }
    slo: { ttftP95Ms: 1000, tpotP95Ms: 40 }
    demand: [{ origin: europe, kind: constant, tokensPerSecond: 2000 }]
policy: { minDwellMinutes: 0 }
webhooks:
  - { id: hook, url: '${hook}', secret: '\${env:HOOK_SECRET}', events: [plan.changed], format: cloudevents, allowPrivate: true }
`

let folder: string
let home: string
let hook: Awaited<ReturnType<typeof webhookReceiver>>
let service: ServiceProcess | undefined
let python: ChildProcess | undefined
let proxy: TroubledProxy | undefined

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gridtide-subscribers-'))
  home = await freshFolder()
  hook = await webhookReceiver()
  const fleetFile = join(folder, 'fleet.yaml')
  await writeFile(fleetFile, fleetYaml(hook.url))
  const env = { GRIDTIDE_HOME: home, GRIDTIDE_TICK_SECONDS: '4', LOG_LEVEL: 'warn' }
  service = await startService(fleetFile, { ...env, HOOK_SECRET: secret }, 300_000)
}, 320_000)
afterAll(async () => {
  python?.kill('SIGKILL')
  proxy?.close()
  await service?.stop('SIGKILL')
  await hook?.close()
  for (const each of [folder, home]) await rm(each, { recursive: true, force: true, maxRetries: 5 })
})

it('posts signed CloudEvents in structured mode to an endpoint that asks for them', async () => {
  const { headers, body, id } = await until(() => hook.received[0], 'the first webhook')
  expect(headers['content-type']).toMatch(/^application\/cloudevents\+json(;|$)/)
  const event = new Webhook(secret).verify(body, headers)
  expect(event).toMatchObject({
    specversion: '1.0',
    id,
    source: 'gridtide',
    type: 'gridtide.plan.changed',
    datacontenttype: 'application/json',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    data: { version: expect.any(Number) },
  })
  expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow()
}, 240_000)

it.skipIf(noPython)(
  `the Python example shows the plan, and the next one over an outage${noPython ? ' (skipped: there is no python3)' : ''}`,
  async () => {
    let said = ''
    proxy = await troubledProxy(service!.url)
    const env = { PATH: process.env.PATH, GRIDTIDE_URL: proxy.url, PYTHONUNBUFFERED: '1' }
    python = spawn('python3', [CLIENT], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [python.stdout!, python.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
    }
    const shown = () =>
      [...said.matchAll(/^plan (\d+): \d+\.\d kgCO2e predicted$/gm)].map(([, version]) =>
        Number(version),
      )
    const [first] = await until(() => shown().length > 0 && shown(), 'the current plan')
    // What was passed on to it comes to it before the end of the connection does.
    await until(() => /^id: \d+$/m.test(proxy!.passedOn), 'where the stream of events begins')
    const webhooks = hook.received.length
    // Lost before anything happened; the next plan is made while nobody gets through.
    let goOn = () => {}
    const planned = new Promise<void>((resolve) => {
      goOn = resolve
    })
    proxy.breakWith(
      (answer) =>
        planned.then(() => answer.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad')),
      (answer) => answer.writeHead(503, PROBLEM).end('{"code":"UNAVAILABLE","detail":"busy"}'),
      (answer) => answer.writeHead(429, { ...PROBLEM, 'retry-after': '1' }).end('{}'),
    )
    const grown = await fetch(`${service!.url}/v1/models/assistant`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'if-match': '*' },
      body: JSON.stringify({
        demand: [{ origin: 'europe', kind: 'constant', tokensPerSecond: 20_000 }],
      }),
    })
    expect(grown.status, await grown.text()).toBe(200)
    await until(() => hook.received.length > webhooks, 'the webhook of the next plan')
    goOn()
    const later = await until(() => shown()[1], 'the next plan').catch(() => {
      throw new Error(`the example said ${said}, the service ${service!.said()}`)
    })
    expect(later).toBeGreaterThan(first!)
    for (const words of ['502 Bad Gateway; again in 2 s', 'UNAVAILABLE: busy; again in 2 s']) {
      expect(said).toContain(words)
    }
    expect(said).toContain('429 Too Many Requests; again in 1 s')
    expect(proxy.refusalsLeft).toBe(0)
    expect(python.exitCode, said).toBeNull()
  },
  240_000,
)
