import { dryRunBackend } from '../../services/actuation/adapters/dry-run.ts'
import { memoryAuditLog } from '../../services/actuation/adapters/memory-audit-log.ts'
import { memoryTargetMemory } from '../../services/actuation/adapters/memory-target-memory.ts'
import { exactly, type InferenceBackend } from '../../services/actuation/index.ts'
import type { NewEvent } from '../../services/notification/index.ts'
import type { ApplyPlanPorts } from '../../services/pipeline/apply-plan.ts'
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
export function actingWorld(policy = '{ minDwellMinutes: 0 }') {
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
    changedAtMs: {} as Record<string, number>,
    validUntilMs: startMs + HOUR_MS,
  }
  const fleet = smallFleet(`policy: ${policy}`)
  const deps = { memory: memoryTargetMemory(), nowMs: () => state.nowMs, sleep: async () => {} }
  const real = dryRunBackend(deps, { initial: () => ({ replicas: exactly(0) }) })
  let backend: InferenceBackend = real
  const ports: ApplyPlanPorts = {
    plans: {
      current: async () => ({
        version: state.version,
        validUntilMs: state.validUntilMs,
        outcome: { status: 'planned', plan: state.plan },
      }),
    } as unknown as ApplyPlanPorts['plans'],
    fleet: async () => fleet,
    targets: async (_fleet, plan) =>
      steeredTargets(fleet, plan, new Map([['llama', [smallPoint]]]), told),
    backend: () => backend,
    changedAtMs: async () => state.changedAtMs,
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
