import { dryRunBackend } from '../../services/actuation/adapters/dry-run.ts'
import { memoryAuditLog } from '../../services/actuation/adapters/memory-audit-log.ts'
import { memoryKnownGood } from '../../services/actuation/adapters/memory-known-good.ts'
import { memoryLeases } from '../../services/actuation/adapters/memory-leases.ts'
import { memoryShiftStore } from '../../services/actuation/adapters/memory-shift-store.ts'
import { memoryTargetMemory } from '../../services/actuation/adapters/memory-target-memory.ts'
import { exactly, type InferenceBackend } from '../../services/actuation/index.ts'
import type { NewEvent } from '../../services/notification/index.ts'
import { type CarryShiftPorts, carryShift } from '../../services/pipeline/carry-shift.ts'
import { lookAtFleet } from '../../services/pipeline/look-at-fleet.ts'
import { steeredTargets } from '../../services/pipeline/steered-targets.ts'
import type { Plan } from '../../services/planning/index.ts'
import type { AnyJobRequest } from '../../services/queue/index.ts'
import type { Serving } from '../../services/telemetry/index.ts'
import { HOUR_MS, planOf } from './plans.ts'
import { smallFleet, smallPoint } from './small-fleet.ts'

export const startMs = Date.parse('2026-07-01T12:00Z')
export const northId = `eu-north/llama/${smallPoint.id}`
export const centralId = `eu-central/llama/${smallPoint.id}`

/** A plan that serves `tokensPerSecond` in one region. */
export const planIn = (
  region: string,
  replicas: readonly number[],
  tokensPerSecond = 150,
): Plan => {
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

/** A small fleet on dry-run backends, under a plan that a test may change. */
export function actingWorld(policy = '{ minDwellMinutes: 0 }', more = '') {
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
    weights: { 'eu-north': 100, 'eu-central': 0 } as Record<string, number>,
    changedAtMs: {} as Record<string, number>,
    validUntilMs: startMs + HOUR_MS,
  }
  const fleet = smallFleet(`policy: ${policy}\n${more}`)
  const deps = { memory: memoryTargetMemory(), nowMs: () => state.nowMs, sleep: async () => {} }
  const real = dryRunBackend(deps, {
    initial: ({ kind }) =>
      kind === 'route' ? { weightsPercent: { ...state.weights } } : { replicas: exactly(0) },
  })
  let backend: InferenceBackend = real
  const shifts = memoryShiftStore((told) => void events.push(...told))
  const knownGood = memoryKnownGood()
  let serving: CarryShiftPorts['serving'] = async () => state.serving
  const ports: CarryShiftPorts = {
    plans: {
      current: async () => ({
        version: state.version,
        validUntilMs: state.validUntilMs,
        outcome: { status: 'planned', plan: state.plan },
      }),
    } as unknown as CarryShiftPorts['plans'],
    fleet: async () => fleet,
    targets: async (_fleet, plan) =>
      steeredTargets(fleet, plan, new Map([['llama', [smallPoint]]]), told),
    backend: () => backend,
    changedAtMs: async () => state.changedAtMs,
    serving: (model) => serving(model),
    audit,
    shifts,
    knownGood,
    memory: deps.memory,
    leases: memoryLeases(() => state.nowMs),
    lookNow: () => lookAtFleet(ports, state.plan),
    sleep: async (durationMs) => {
      state.nowMs += durationMs
    },
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
  /** Works off the shifts that were asked for, as workers do. @returns what each run came to */
  const carry = async () => {
    const results: string[] = []
    for (;;) {
      const next = jobs.findIndex(({ name }) => name === 'carry-shift')
      const [job] = next < 0 ? [] : jobs.splice(next, 1)
      if (job?.name !== 'carry-shift') return results
      state.nowMs += job.delayMs ?? 0
      results.push(await carryShift(ports, job.payload))
      if (results.length > 500) throw new Error('a shift without end')
    }
  }
  return {
    state,
    told,
    shifts,
    knownGood,
    carry,
    events,
    jobs,
    audit,
    ports,
    running,
    real,
    replaceServing: (next: typeof serving) => {
      const before = serving
      serving = next
      return before
    },
    replaceBackend: (over: Partial<InferenceBackend>) => {
      backend = { ...real, ...over }
    },
  }
}
