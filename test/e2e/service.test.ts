import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { freshFolder, freshServerDatabase, redisUrl } from '../support/engines.ts'
import { type GridServer, startGridServer } from '../support/grid-server.ts'
import { movingFleet } from '../support/moving-fleet.ts'
import { describeWithRealData } from '../support/real-data.ts'
import { recordedWeek } from '../support/recorded-week.ts'
import { type ScaleServer, startScaleServer } from '../support/scale-server.ts'
import { type ServiceProcess, startService, until } from '../support/service-process.ts'
import { webhookReceiver } from '../support/webhook-receiver.ts'

const secretOf = (fill: number) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`
const backendSecret = secretOf(1)
const hookSecret = secretOf(2)
const serverUrl = process.env.TEST_DATABASE_URL

const fleetYaml = (grid: string, backend: string, hook: string) => `${movingFleet(grid)}backends:
  - id: ours
    kind: http
    secret: '\${env:BACKEND_SECRET}'
    allowPrivate: true
    targets: [{ url: '${backend}/{region}/{model}/{variant}' }]
webhooks:
  - { id: hook, url: '${hook}', secret: '\${env:HOOK_SECRET}', events: [plan.changed, action.failed, plan.infeasible], allowPrivate: true }
`

interface ToldPlan {
  readonly type: string
  readonly data: {
    readonly version: number
    readonly moves: readonly { readonly region: string; readonly replicas: number }[]
  }
}

const engines = [
  { name: 'embedded', skip: undefined, redis: false },
  {
    name: 'Redis and PostgreSQL',
    skip: serverUrl && redisUrl ? undefined : 'TEST_DATABASE_URL and TEST_REDIS_URL are not set',
    redis: true,
  },
]

describeWithRealData('the service, from grid to webhook', () => {
  let folder: string
  let home: string
  let grid: GridServer
  let scale: ScaleServer
  let hook: Awaited<ReturnType<typeof webhookReceiver>>
  let service: ServiceProcess | undefined

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gridtide-e2e-'))
    home = await freshFolder()
    grid = await startGridServer(recordedWeek(['DE', 'SE']))
    scale = await startScaleServer(backendSecret)
    hook = await webhookReceiver()
    await writeFile(join(folder, 'fleet.yaml'), fleetYaml(grid.url, scale.url, hook.url))
  })

  afterEach(async () => {
    await service?.stop('SIGKILL')
    service = undefined
    await Promise.all([grid.close(), scale.close(), hook.close()])
    for (const each of [folder, home]) await rm(each, { recursive: true, force: true })
  })

  /** Every webhook so far, each signature checked by the reference implementation. */
  const told = (): ToldPlan[] =>
    hook.received.map(
      ({ body, headers }) => new Webhook(hookSecret).verify(body, headers) as ToldPlan,
    )
  const get = async <Body>(path: string): Promise<Body> => {
    const answer = await fetch(`${service!.url}${path}`)
    expect(answer.status, `${path}: ${await answer.clone().text()}`).toBe(200)
    return (await answer.json()) as Body
  }
  const inRegion = (region: string) =>
    Object.entries(scale.running())
      .filter(([path]) => path.startsWith(`/${region}/`))
      .reduce((sum, [, replicas]) => sum + replicas, 0)

  for (const engine of engines) {
    it.skipIf(engine.skip)(
      `reads, plans, moves and tells; follows the grid; survives a restart (${engine.name})`,
      async () => {
        const env = {
          GRIDTIDE_HOME: home,
          GRIDTIDE_TICK_SECONDS: '4',
          LOG_LEVEL: 'warn',
          EM_TOKEN: 'token',
          BACKEND_SECRET: backendSecret,
          HOOK_SECRET: hookSecret,
        }
        const dropped = engine.redis ? await freshServers(env) : undefined
        const fleetFile = join(folder, 'fleet.yaml')
        service = await startService(fleetFile, env)

        const first = await until(() => told()[0], 'the first webhook')
        expect(first).toMatchObject({ type: 'plan.changed', data: { version: 1 } })
        expect(grid.requests.some((url) => /forecast\?.*zone=SE/.test(url))).toBe(true)
        const { replicas } = first.data.moves.find(({ region }) => region === 'stockholm')!
        await until(() => inRegion('stockholm') === replicas, 'the scale request')
        expect(inRegion('frankfurt')).toBe(0)
        expect(scale.writes[0]).toMatchObject({
          target: expect.stringMatching(/^stockholm\/assistant\/H100-tp/),
          planVersion: expect.stringMatching(/^\d+$/),
        })
        const { items } = await get<{ items: { zone: string; carbon: { source: string } }[] }>(
          '/v1/regions',
        )
        expect(items.map(({ zone }) => zone)).toEqual(['DE', 'SE'])
        expect(items[0]!.carbon.source).toBe('electricity-maps')
        expect(await get('/v1/grid/DE/now')).toMatchObject({ zone: 'DE', rung: 'live' })
        expect(await get('/emissions/forecasts/current?location=stockholm')).toMatchObject([
          { location: 'stockholm', windowSize: 60 },
        ])

        // The wind drops in Sweden and rises in Germany: plan, replicas and subscriber follow.
        grid.change('SE', 12)
        grid.change('DE', 0.3)
        const moved = await until(
          () => told().find(({ data }) => data.moves.some((move) => move.region === 'frankfurt')),
          'a webhook of the move',
        )
        expect(moved.data.version).toBeGreaterThan(1)
        await until(() => inRegion('frankfurt') > 0 && inRegion('stockholm') === 0, 'the move')

        // Killed and started again: history, outbox and versions go on where they were.
        const before = await get<{ version: number }>('/v1/plans/current')
        await service.stop('SIGKILL')
        service = await startService(fleetFile, env)
        const after = await until(async () => {
          const current = await get<{ version: number }>('/v1/plans/current')
          return current.version > before.version && current
        }, 'a plan after the restart')
        expect(after.version).toBeGreaterThan(before.version)
        expect(await get('/v1/plans/1')).toMatchObject({ version: 1 })
        expect(inRegion('frankfurt')).toBeGreaterThan(0)
        const ids = hook.received.map(({ id }) => id)
        expect(new Set(ids).size).toBe(new Set(told().map(({ data }) => data.version)).size)

        expect(await service.stop('SIGTERM')).toBe(0)
        service = undefined
        await dropped?.()
      },
      240_000,
    )
  }
})

/** A database and a Redis number of its own. */
async function freshServers(env: Record<string, string>): Promise<() => Promise<void>> {
  const { url, drop } = await freshServerDatabase()
  env.DATABASE_URL = url
  env.REDIS_URL = redisUrl!
  return drop
}
