import { memoryAuditLog } from '../../services/actuation/adapters/memory-audit-log.ts'
import { memoryShiftStore } from '../../services/actuation/adapters/memory-shift-store.ts'
import { memoryTargetMemory } from '../../services/actuation/adapters/memory-target-memory.ts'
import {
  type ApplyContext,
  type BackendDriver,
  type Desired,
  exactly,
  guardedBackend,
  type InferenceBackend,
  type Observed,
  type Shift,
  type ShiftDeps,
  type ShiftStore,
  startOf,
  type TargetRef,
} from '../../services/actuation/index.ts'
import { Conflict, UpstreamUnavailable } from '../../services/domain/errors.ts'
import { SimulatedTraffic } from './simulated-traffic.ts'

/** The process is gone: nothing after this line runs any more. */
export class Crash extends Error {}

export interface Faults {
  /** In [0, 1), seeded. */
  readonly random: () => number
  /** Share of calls that get no answer, half of them after they took effect. */
  readonly failing: number
  /** Share of reads that answer what was true one write ago. */
  readonly stale: number
}

export const CALM: Faults = { random: () => 0.5, failing: 0, stale: 0 }

export const ROUTE: TargetRef = {
  id: 'route',
  kind: 'route',
  region: 'global',
  backend: 'simulated',
  locator: {},
}
export const siteRef = (id: string): TargetRef => ({ ...ROUTE, id, kind: 'replicas', region: id })

const CALL_MS = 20

/** Simulated traffic behind a backend that answers late, wrongly or not at all. */
export class SimulatedFleet extends SimulatedTraffic {
  doubleActions = 0
  calls = 0
  sloBurning = false
  telemetry = true
  /** Dies at this call, before or after its effect. */
  crashAt: { call: number; after: boolean } | undefined
  private readonly faults: Faults
  private readonly acted = new Set<string>()
  private readonly revisions = new Map<string, number>()
  private readonly history = new Map<string, Observed>()

  constructor(
    replicas: Readonly<Record<string, number>>,
    weights: Record<string, number>,
    faults = CALM,
  ) {
    super(replicas, weights, faults.random)
    this.faults = faults
  }

  private look(id: string): Observed {
    const site = this.sites.get(id)
    const ready = site && this.ready(id)
    return {
      desired: site
        ? { replicas: exactly(site.replicas) }
        : { weightsPercent: { ...this.weights } },
      ...(ready !== undefined && { readyReplicas: ready }),
      settled: !site || ready === site.replicas,
      rollingOut: false,
      health: 'ok',
      paused: false,
      version: String(this.revisions.get(id) ?? 0),
      owners: [],
      observedAtMs: this.nowMs,
    }
  }

  private change(id: string, { replicas, weightsPercent }: Desired, key: string): void {
    if (this.acted.has(`${id} ${key}`)) this.doubleActions++
    this.acted.add(`${id} ${key}`)
    this.history.set(id, this.look(id))
    this.revisions.set(id, (this.revisions.get(id) ?? 0) + 1)
    if (weightsPercent) this.weights = { ...weightsPercent }
    if (replicas && this.sites.has(id)) this.resize(id, replicas.max)
  }

  /** Every step of the outside world: it takes time, may fail, and the process may die at it. */
  async call<Result>(effect: () => Result): Promise<Result> {
    this.pass(CALL_MS)
    const crash = this.crashAt?.call === ++this.calls ? this.crashAt : undefined
    if (crash && !crash.after) throw new Crash()
    const fails = this.faults.random() < this.faults.failing
    const lost = () => new UpstreamUnavailable('no answer', { upstream: 'simulated' })
    if (fails && this.faults.random() < 0.5) throw lost()
    const result = effect()
    if (crash) throw new Crash()
    if (fails) throw lost()
    return result
  }

  readonly driver: BackendDriver = {
    type: 'simulated',
    supports: ['replicas', 'weightsPercent'],
    dryRun: 'client',
    probe: () => Promise.reject(new Error('not asked')),
    read: ({ id }) =>
      this.call(() => {
        const stale = this.faults.random() < this.faults.stale && this.history.get(id)
        return { seen: stale || this.look(id), raw: undefined }
      }),
    write: (target: TargetRef, desired: Desired, { seen }, context: ApplyContext) =>
      this.call(() => {
        if (seen.version !== this.look(target.id).version) throw new Conflict('stale')
        this.change(target.id, desired, context.idempotencyKey)
        return { mode: 'direct', warnings: [] } as const
      }),
    release: () => Promise.reject(new Error('not asked')),
  }

  readonly sleep = async (durationMs: number): Promise<void> => this.pass(durationMs)
}

/** A store whose saves are steps of the outside world too. */
const crashing = (fleet: SimulatedFleet, store: ShiftStore): ShiftStore => ({
  load: (shiftId) => store.load(shiftId),
  unfinished: () => store.unfinished(),
  latest: (models) => store.latest(models),
  forget: (beforeMs) => store.forget(beforeMs),
  save: async (shiftId, record) => {
    const saving = await fleet.call(() => store.save(shiftId, record))
    return saving
  },
})

/** What survives a crash of the process, and how a new process starts on it. */
export async function shiftWorld(fleet: SimulatedFleet, shift: Shift) {
  const store = memoryShiftStore()
  const audit = memoryAuditLog()
  const memory = memoryTargetMemory()
  await store.save(shift.id, startOf(shift, fleet.nowMs))
  const start = (over: Partial<ShiftDeps> = {}): ShiftDeps => {
    const backend: InferenceBackend = guardedBackend(fleet.driver, {
      memory,
      nowMs: () => fleet.nowMs,
      sleep: fleet.sleep,
    })
    return {
      backendFor: () => backend,
      store: crashing(fleet, store),
      audit,
      slo: async () => (fleet.telemetry ? (fleet.sloBurning ? 'burning' : 'ok') : 'unknown'),
      inFlight: async ({ id }) => (fleet.telemetry ? fleet.inFlight(id) : undefined),
      obstacle: async () => undefined,
      actor: 'test',
      fence: 1,
      onForeignOwner: () => 'bounds',
      timeouts: { readyMs: 120_000, sloMs: 60_000, drainMs: 60_000 },
      pollMs: 1_000,
      patienceMs: Number.POSITIVE_INFINITY,
      nowMs: () => fleet.nowMs,
      sleep: fleet.sleep,
      ...over,
    }
  }
  return { store, audit, start }
}

export { maxInFlight } from './simulated-traffic.ts'
