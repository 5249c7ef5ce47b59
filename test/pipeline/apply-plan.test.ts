import { beforeEach, describe, expect, it } from 'vitest'
import { dryRunBackend } from '../../services/actuation/adapters/dry-run.ts'
import { memoryAuditLog } from '../../services/actuation/adapters/memory-audit-log.ts'
import { memoryTargetMemory } from '../../services/actuation/adapters/memory-target-memory.ts'
import { exactly, type InferenceBackend } from '../../services/actuation/index.ts'
import { Forbidden, UpstreamUnavailable } from '../../services/domain/errors.ts'
import type { NewEvent } from '../../services/notification/index.ts'
import { type ApplyPlanPorts, applyPlan } from '../../services/pipeline/apply-plan.ts'
import { steeredTargets } from '../../services/pipeline/steered-targets.ts'
import type { Plan } from '../../services/planning/index.ts'
import type { AnyJobRequest } from '../../services/queue/index.ts'
import type { Serving } from '../../services/telemetry/index.ts'
import { HOUR_MS, planOf } from '../support/plans.ts'
import { smallFleet, smallPoint } from '../support/small-fleet.ts'

const startMs = Date.parse('2026-07-01T12:00Z')
const north = { region: 'eu-north', model: 'llama', variant: smallPoint.id }
const northId = `${north.region}/${north.model}/${north.variant}`
const centralId = `eu-central/${north.model}/${north.variant}`

/** A plan that serves `tokensPerSecond` in one region. */
const planIn = (region: string, replicas: readonly number[], tokensPerSecond = 150): Plan => {
  const plan = planOf(startMs, replicas)
  return {
    ...plan,
    assignments: plan.assignments.map((one) => ({ ...one, region })),
    flows: plan.windows.map((_, window) => ({
      window,
      region,
      model: 'llama',
      origin: 'europe',
      tokensPerSecond,
    })),
  }
}

function world() {
  const told = new Set<string>()
  const events: NewEvent[] = []
  const jobs: AnyJobRequest[] = []
  const audit = memoryAuditLog()
  const state = {
    nowMs: startMs,
    version: 1,
    plan: planIn('eu-north', [2, 2]),
    stop: '',
    serving: {} as Serving,
  }
  const fleet = smallFleet('policy: { minDwellMinutes: 0 }')
  const deps = { memory: memoryTargetMemory(), nowMs: () => state.nowMs, sleep: async () => {} }
  const real = dryRunBackend(deps, { initial: () => ({ replicas: exactly(0) }) })
  let backend: InferenceBackend = real
  const ports: ApplyPlanPorts = {
    plans: {
      current: async () => ({
        version: state.version,
        validUntilMs: startMs + HOUR_MS,
        outcome: { status: 'planned', plan: state.plan },
      }),
    } as unknown as ApplyPlanPorts['plans'],
    fleet: async () => fleet,
    targets: async (_fleet, plan) =>
      steeredTargets(fleet, plan, new Map([['llama', [smallPoint]]]), told),
    backend: () => backend,
    changedAtMs: async () => ({}),
    serving: async () => state.serving,
    audit,
    tell: async (more) => void events.push(...more),
    queue: { add: async (job) => void jobs.push(job) },
    stopped: async () => state.stop || undefined,
    nowMs: () => state.nowMs,
    actor: 'test',
  }
  const running = async (id: string, region: string) => {
    const ref = { id, kind: 'replicas', region, backend: 'dry-run', locator: {} } as const
    return (await real.observe(ref)).desired.replicas?.min
  }
  return {
    state,
    told,
    events,
    jobs,
    audit,
    ports,
    running,
    replaceBackend: (over: Partial<InferenceBackend>) => {
      backend = { ...real, ...over }
    },
  }
}

let w: ReturnType<typeof world>
beforeEach(() => {
  w = world()
})
const apply = (region = 'eu-north', version = w.state.version) =>
  applyPlan(w.ports, { version, region })

describe('applyPlan', () => {
  it('tells a target what the window in force wants, writes it down, and looks again', async () => {
    expect(await apply()).toEqual({ status: 'applied', told: 1, held: 0 })
    expect(await w.running(northId, 'eu-north')).toBe(2)
    expect(await w.audit.find({})).toMatchObject([
      { targetId: northId, fence: 1, planVersion: '1', actor: 'test', result: 'accepted' },
    ])
    expect(w.jobs).toMatchObject([{ name: 'apply-plan', delayMs: 10_000 }])

    // Told again, nothing is left to do.
    expect(await apply()).toEqual({ status: 'applied', told: 0, held: 0 })
    expect(w.jobs).toHaveLength(1)
  })

  it('moves only its own region, and removes only once the other side carries the load', async () => {
    await apply()
    w.told.add(northId)
    w.state.version = 2
    w.state.plan = planIn('eu-central', [2, 2])
    expect(await apply('eu-north')).toMatchObject({ told: 0, held: 1 })
    expect(await w.running(northId, 'eu-north')).toBe(2)
    expect(w.jobs.at(-1)).toMatchObject({ delayMs: 60_000 })

    expect(await apply('eu-central')).toMatchObject({ told: 1 })
    expect(await w.running(centralId, 'eu-central')).toBe(2)
    w.told.add(centralId)
    expect(await apply('eu-north')).toMatchObject({ told: 1, held: 0 })
    expect(await w.running(northId, 'eu-north')).toBe(0)
  })

  it('does nothing for a plan that is no longer in force, or when somebody said stop', async () => {
    expect(await apply('eu-north', 7)).toEqual({ status: 'superseded' })
    w.state.stop = 'a person'
    expect(await apply()).toEqual({ status: 'stopped' })
    expect(await w.running(northId, 'eu-north')).toBe(0)
  })

  it('goes to the safe state of the horizon’s peak once the plan has expired', async () => {
    w.state.plan = planIn('eu-north', [2, 5])
    await apply()
    w.state.nowMs = startMs + 2 * HOUR_MS
    await apply()
    expect(await w.running(northId, 'eu-north')).toBe(5)
  })

  it('holds what it cannot see', async () => {
    w.replaceBackend({
      observe: async () => {
        throw new UpstreamUnavailable('no answer', { upstream: 'far' })
      },
    })
    expect(await apply()).toEqual({ status: 'applied', told: 0, held: 1 })
  })

  it('lets a passing failure pass, and tells of one that needs a person', async () => {
    const fail = (error: Error) =>
      w.replaceBackend({
        apply: async () => {
          throw error
        },
      })
    fail(new UpstreamUnavailable('no answer', { upstream: 'far' }))
    await apply()
    expect(w.events).toEqual([])
    fail(new Forbidden('no permission to scale'))
    await apply()
    expect(w.events).toMatchObject([
      { type: 'action.failed', key: `1/${northId}`, data: { target: northId } },
    ])
    expect((await w.audit.find({})).map(({ result }) => result)).toEqual(['failed', 'failed'])
    fail(new TypeError('a defect'))
    await expect(apply()).rejects.toThrow(TypeError)
  })
})
