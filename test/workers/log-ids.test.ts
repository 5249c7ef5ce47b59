import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readEnv } from '../../config/env.ts'
import { startOf } from '../../services/actuation/index.ts'
import { buildApp } from '../../services/api/index.ts'
import { openLog } from '../../services/platform/log.ts'
import { about } from '../../services/platform/log-ids.ts'
import { openService, type Service } from '../../services/wiring/service.ts'
import { stepPorts } from '../../services/wiring/steps.ts'
import { startWorkers } from '../../workers/start-workers.ts'
import { aPlan, memoryPorts } from '../api/memory-ports.ts'
import { freshFolder } from '../support/engines.ts'
import { smallFleet } from '../support/small-fleet.ts'

type Line = Readonly<Record<string, unknown>>
const lines: Line[] = []
const log = openLog('debug', (line) => void lines.push(JSON.parse(line)))
const heard = (find: (line: Line) => unknown) => expect.poll(() => lines.find(find))

describe('what a line says it is about', () => {
  let home: string
  let folder: string
  let service: Service
  let steps: ReturnType<typeof stepPorts>
  beforeAll(async () => {
    home = await freshFolder()
    folder = await mkdtemp(join(tmpdir(), 'gridtide-log-'))
    const fleetFile = join(folder, 'fleet.yaml')
    await writeFile(fleetFile, '')
    service = await openService({
      env: readEnv({ GRIDTIDE_HOME: home }),
      secrets: { TOKEN: 't' },
      fleetFile,
      // Nobody listens there, and a source that is away is warned of.
      fleet: smallFleet(`grid:
  sources: [{ source: electricity-maps, token: '\${env:TOKEN}', baseUrl: 'http://127.0.0.1:1' }]`),
      fleetHash: 'f',
      log,
    })
    steps = stepPorts(service)
    await startWorkers(service.queue, steps)
  }, 120_000)
  afterAll(async () => {
    await service?.close()
    for (const each of [home, folder]) await rm(each, { recursive: true, force: true })
  })

  it('a job, in whatever is said while it runs', async () => {
    const payload = { zone: 'DE', tickMs: 0 }
    await service.queue.add({ name: 'refresh-grid', payload, id: 'grid-of-de' })
    const ids = { job: 'refresh-grid', jobId: 'grid-of-de' }
    await heard(({ msg, level }) => level === 'warn' && /^DE: /.test(String(msg))).toMatchObject(
      ids,
    )
  })

  it('the plan of a job, where its payload tells it', async () => {
    const payload = { version: 7, region: 'eu-north' }
    await service.queue.add({ name: 'apply-plan', payload, id: 'apply-7' })
    const ids = { job: 'apply-plan', jobId: 'apply-7', planVersion: 7 }
    await heard(({ jobId }) => jobId === 'apply-7').toMatchObject(ids)
  })

  it('the plan of a shift, from when it is known', async () => {
    const shift = { id: 's', model: 'llama', planVersion: '8', steps: [] }
    await service.stores.shifts.save('s', startOf(shift as never, 1))
    await about({ job: 'carry-shift', jobId: 'c' }, async () => {
      await steps.carryShift.shifts.load('s')
      log.info('carried')
    })
    await heard(({ msg }) => msg === 'carried').toMatchObject({ jobId: 'c', planVersion: 8 })
  })

  it('the plan that was made', async () => {
    about({ job: 'merge-plan', jobId: 'm' }, () => steps.mergePlan.observe(9))
    await heard(({ planVersion }) => planVersion === 9).toMatchObject({ jobId: 'm', level: 'info' })
  })
})

it('a request, in whatever is said while it is answered', async () => {
  const ports = memoryPorts()
  Object.assign(ports.tenants.get('default')!, {
    decisions: {
      async decide(version: number) {
        await setImmediate()
        log.warn(`deciding ${version}`)
        return aPlan(version)
      },
    },
  })
  const security = { mode: 'open', tenant: 'default' } as const
  const app = await buildApp(ports, { security, version: '1', log })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const asked = await Promise.all(
    [1, 2, 3].map(async (version) => {
      const answer = await fetch(`${url}/v1/plans/${version}/approve`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      })
      expect(answer.status).toBe(200)
      return [`deciding ${version}`, answer.headers.get('x-request-id')] as const
    }),
  )
  await app.close()
  for (const [words, requestId] of asked) {
    expect(lines.find(({ msg }) => msg === words)).toMatchObject({ requestId })
  }
})
