import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { kubernetesApi } from '../../services/actuation/adapters/kubernetes-api.ts'
import { kubernetesScale } from '../../services/actuation/adapters/kubernetes-scale.ts'
import { exactly } from '../../services/actuation/index.ts'
import { buildApp } from '../../services/api/index.ts'
import { runCli } from '../../services/cli/run-cli.ts'
import { applyPlan } from '../../services/pipeline/apply-plan.ts'
import { carryShift } from '../../services/pipeline/carry-shift.ts'
import { guardSlo } from '../../services/pipeline/guard-slo.ts'
import type { Database } from '../../services/platform/database/database.ts'
import { axiosHttp } from '../../services/platform/http.ts'
import { stopControl } from '../../services/wiring/api-stop.ts'
import { stopSwitch } from '../../services/wiring/stop-switch.ts'
import { memoryPorts } from '../api/memory-ports.ts'
import { contextOf } from '../contracts/inference-backend.contract.ts'
import { actingWorld } from '../support/acting-world.ts'
import { realDeps, targetOf } from './backend-world.ts'
import { fakeKubernetes } from './fake-kubernetes.ts'

/** The database is down: every query fails, or never answers. */
const refuse = () => Promise.reject(new Error('ECONNREFUSED'))
const hang = () => new Promise<never>(() => undefined)
const DEAD: Pick<Database, 'query' | 'transaction'> = { query: refuse, transaction: refuse }
const HANGING: typeof DEAD = { query: hang, transaction: hang }

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'gridtide-stop-'))
})
beforeEach(() => rm(join(home, 'stop'), { force: true }))
afterAll(() => rm(home, { recursive: true }))

/** Every step that acts, once: what a running process does within a cycle. */
async function oneCycle(stop: ReturnType<typeof stopSwitch>) {
  const w = actingWorld()
  const ports = { ...w.ports, stopped: stop.reason }
  await applyPlan(w.ports, { version: 1, region: 'eu-north' })
  const [shiftId] = await w.shifts.unfinished()
  // The queue is down too: nothing can be asked for any more, whatever was asked before still runs.
  const dead = { ...ports, queue: { add: () => Promise.reject(new Error('ECONNREFUSED')) } }
  w.state.serving = { ttftP95Seconds: 9, requestsWaiting: 9 }
  await applyPlan(dead, { version: 1, region: 'eu-north' }).catch(() => undefined)
  await carryShift(dead, { shiftId: shiftId! }).catch(() => undefined)
  const guarded = { ...dead, problem: async () => undefined, yieldRegions: async () => undefined }
  await guardSlo(guarded).catch(() => undefined)
  return (await w.audit.find({})).length
}

describe.each([
  ['failing', DEAD],
  ['hanging', HANGING],
])('with the queue down and the database %s', (_how, sql) => {
  it('something is told as long as nobody says stop', async () => {
    expect(await oneCycle(stopSwitch(home, undefined, sql, 'default'))).toBeGreaterThan(0)
  })

  it('a file stops everything within the cycle', async () => {
    await writeFile(join(home, 'stop'), '')
    expect(await oneCycle(stopSwitch(home, undefined, sql, 'default'))).toBe(0)
  })

  it('the environment does', async () => {
    expect(await oneCycle(stopSwitch(home, 'maintenance', sql, 'default'))).toBe(0)
  })

  it('the command line does, and takes it back', async () => {
    const said: string[] = []
    const io = {
      out: (text: string) => void said.push(text),
      err: (text: string) => void said.push(text),
      env: { GRIDTIDE_HOME: home },
      nowMs: Date.now,
      isTty: false,
    }
    expect(await runCli(['stop', 'high bills'], io)).toBe(0)
    const stop = stopSwitch(home, undefined, sql, 'default')
    expect(await stop.reason()).toContain('high bills')
    expect(await oneCycle(stop)).toBe(0)
    expect(await runCli(['resume'], io)).toBe(0)
    expect(await stop.reason()).toBeUndefined()
    expect(said[0]).toContain('high bills')
  })
})

it('the API does, with the database down, and says that others may not know', async () => {
  const stop = stopSwitch(home, undefined, DEAD, 'default')
  const ports = memoryPorts()
  const tenant = { ...ports.tenant('default')!, stop: stopControl({ stop }) }
  const security = { mode: 'open', tenant: 'default' } as const
  const app = await buildApp({ ...ports, tenant: () => tenant }, { security, version: '1' })
  const answer = await app.inject({ method: 'PUT', url: '/v1/stop', payload: { why: 'a fire' } })
  expect(answer.json()).toMatchObject({ stopped: true, everywhere: false })
  expect(await oneCycle(stop)).toBe(0)
  const resume = (tag: string) =>
    app.inject({ method: 'DELETE', url: '/v1/stop', headers: { 'if-match': tag } })
  expect((await resume('"of yesterday"')).statusCode).toBe(412)
  const resumed = await resume(String(answer.headers.etag))
  expect(resumed.json()).toEqual({ stopped: false, everywhere: false })
  await app.close()
})

it('an annotation on the object stops us at this object', async () => {
  const far = await fakeKubernetes()
  far.put('/apis/apps/v1/namespaces/llm/deployments/llama', {
    metadata: { annotations: { 'gridtide.dev/paused': 'true' } },
    spec: { replicas: 1 },
  })
  const api = kubernetesApi(async () => ({ server: far.url, headers: {}, http: axiosHttp() }))
  const backend = kubernetesScale(api, realDeps())
  const target = targetOf({ namespace: 'llm', name: 'llama' })
  await expect(backend.apply(target, { replicas: exactly(3) }, contextOf())).rejects.toMatchObject({
    code: 'FORBIDDEN',
  })
  expect(far.writes()).toEqual([])
  await far.close()
})
