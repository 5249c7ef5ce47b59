import { beforeEach, describe, expect, it } from 'vitest'
import { Forbidden } from '../../services/domain/errors.ts'
import { type GuardSloPorts, guardSlo } from '../../services/pipeline/guard-slo.ts'
import type { PlanningProblem } from '../../services/planning/index.ts'
import { openTelemetry } from '../../services/wiring/telemetry.ts'
import { loopback } from '../actuation/loopback.ts'
import { actingWorld, centralId, northId, planIn, startMs } from '../support/acting-world.ts'
import { HOUR_MS } from '../support/plans.ts'
import { smallPoint } from '../support/small-fleet.ts'

/** What the plan was made from, as far as the guard reads it: the centre is clean. */
const problem = {
  windows: [{ startMs, endMs: startMs + HOUR_MS }],
  regions: [
    { id: 'eu-north', pue: 1.2, hostWattsPerGpu: 100, carbonGPerKwh: [400] },
    { id: 'eu-central', pue: 1.2, hostWattsPerGpu: 100, carbonGPerKwh: [20] },
  ],
  models: [{ id: 'llama', points: [smallPoint] }],
} as unknown as PlanningProblem

let w: ReturnType<typeof actingWorld>
let known: PlanningProblem | undefined
let yielded: { regions: readonly string[]; untilMs: number }[]
beforeEach(async () => {
  w = actingWorld()
  known = problem
  yielded = []
  // Both regions are the plan's; it runs two replicas in the north now.
  const north = planIn('eu-north', [2])
  const central = planIn('eu-central', [0, 1])
  w.state.plan = { ...north, assignments: [...north.assignments, ...central.assignments] }
  await tell(northId, 2)
})
const tell = async (id: string, replicas: number) => {
  const [region] = id.split('/') as [string]
  const ref = { id, kind: 'replicas', region, backend: 'dry-run', locator: {} } as const
  const context = {
    idempotencyKey: 'x',
    fence: 0,
    planVersion: '0',
    onForeignOwner: 'fail',
  } as const
  await w.ports
    .backend('dry-run')
    .apply(ref, { replicas: { min: replicas, max: replicas } }, context)
}
const look = () => {
  const ports: GuardSloPorts = {
    ...w.ports,
    problem: async () => known,
    yieldRegions: async (regions, untilMs) => void yielded.push({ regions, untilMs }),
  }
  return guardSlo(ports)
}
const counts = async () => [
  await w.running(northId, 'eu-north'),
  await w.running(centralId, 'eu-central'),
]

describe('guardSlo', () => {
  it('adds at once where carbon is least, writes it down and tells', async () => {
    w.state.serving = { outputTokensPerSecond: 420 }
    expect(await look()).toEqual({ status: 'looked', added: 3 })
    expect(yielded).toEqual([{ regions: ['eu-north', 'eu-central'], untilMs: expect.any(Number) }])
    expect(await counts()).toEqual([2, 3])
    expect(await w.audit.find({})).toMatchObject([
      { targetId: centralId, fence: 1, result: 'accepted', reason: 'demand has outgrown the plan' },
    ])
    expect(w.events).toMatchObject([
      {
        type: 'slo.guard',
        subject: 'model/llama',
        data: {
          slo: 'unknown',
          outputTokensPerSecond: 420,
          asked: [{ target: centralId, replicas: 3 }],
        },
      },
    ])
    // What starts counts already.
    expect(await look()).toEqual({ status: 'looked', added: 0 })
    expect(w.events).toHaveLength(1)
  })

  it('goes by the order of the plan where its problem has been forgotten', async () => {
    known = undefined
    w.state.serving = { outputTokensPerSecond: 220 }
    await look()
    expect(await counts()).toEqual([3, 0])
    known = { ...problem, regions: problem.regions.slice(1) }
    w.state.serving = { outputTokensPerSecond: 320 }
    await look()
    expect(await counts()).toEqual([3, 1])
  })

  it('adds one where promises are missed, and waits for it to show', async () => {
    w.state.serving = { ttftP95Seconds: 9, requestsWaiting: 3 }
    expect(await look()).toEqual({ status: 'looked', added: 1 })
    w.state.changedAtMs = { [centralId]: startMs }
    w.state.nowMs = startMs + 179_000
    expect(await look()).toEqual({ status: 'looked', added: 0 })
    w.state.nowMs = startMs + 180_000
    expect(await look()).toEqual({ status: 'looked', added: 1 })
    expect(w.events[0]!.data).toMatchObject({ slo: 'burning', outputTokensPerSecond: null })
  })

  it('takes no GPU twice, and none that the fleet file does not grant', async () => {
    w.state.serving = { outputTokensPerSecond: 9_000 }
    expect(await look()).toEqual({ status: 'looked', added: 14 })
    expect(await counts()).toEqual([8, 8])
    expect(await look()).toEqual({ status: 'looked', added: 0 })
  })

  it('tells what it asks for before it does, and of a refusal besides', async () => {
    w.state.serving = { outputTokensPerSecond: 220 }
    w.replaceBackend({
      apply: async () => {
        expect(w.events).toMatchObject([{ data: { asked: [{ replicas: 1 }] } }])
        throw new Forbidden('no permission to scale')
      },
    })
    expect(await look()).toEqual({ status: 'looked', added: 0 })
    expect(w.events.map(({ type }) => type)).toEqual(['slo.guard', 'action.failed'])
  })

  it('looks for drift once a minute, with or without metrics, and removes nothing', async () => {
    expect(await look()).toEqual({ status: 'looked', added: 0 })
    w.state.nowMs = startMs + 45_000
    await look()
    w.state.nowMs = startMs + 60_000
    await look()
    const ids = new Set(w.jobs.map(({ id }) => id))
    expect(w.jobs[0]).toMatchObject({
      name: 'apply-plan',
      payload: { version: 1, region: 'eu-north' },
    })
    expect(ids.size).toBe(4)
    expect(await counts()).toEqual([2, 0])
    expect(await w.audit.find({})).toEqual([])
  })

  it('leaves a plan that has run out alone, and stops when told to', async () => {
    w.state.serving = { outputTokensPerSecond: 9_000 }
    w.state.stop = 'a person'
    expect(await look()).toEqual({ status: 'stopped' })
    w.state.nowMs = startMs + HOUR_MS
    expect(await look()).toEqual({ status: 'no-plan' })
    expect(w.jobs).toEqual([])
  })

  it('reads Prometheus', async () => {
    const far = await loopback(({ path, text }) => {
      if (path !== '/api/v1/query') return { status: 404 }
      const query = new URLSearchParams(text).get('query')!
      const value = /time_to_first_token/.test(query) && /model_name="llama"/.test(query)
      const result = value ? [{ metric: {}, value: [1, '+Inf'] }] : []
      return { status: 200, json: { status: 'success', data: { resultType: 'vector', result } } }
    })
    const telemetry = {
      prometheus: { url: far.url },
      engine: 'vllm',
      modelNames: {},
      labels: {},
      powerLabels: {},
      windowSeconds: 60,
      allowPrivate: true,
      allow: [] as string[],
    } as const
    const deps = { env: {}, nowMs: () => w.state.nowMs, warn: () => undefined }
    w.ports = { ...w.ports, serving: await openTelemetry({ telemetry }, deps) }
    expect(await look()).toEqual({ status: 'looked', added: 1 })
    expect(w.events).toMatchObject([{ type: 'slo.guard', data: { slo: 'burning' } }])
    await far.close()
  })
})
