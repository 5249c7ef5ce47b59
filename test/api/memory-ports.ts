import { Registry } from 'prom-client'
import type {
  ApiEvent,
  ApiPorts,
  AuditEntry,
  NewAuditEntry,
  ReadinessCheck,
  Revised,
  SeenRevision,
  StillStopped,
  TenantPorts,
} from '../../services/api/ports.ts'
import type { ActionView } from '../../services/api/schemas/action.ts'
import type { ModelView } from '../../services/api/schemas/model.ts'
import type { PolicyView } from '../../services/api/schemas/policy.ts'
import { Conflict, NotFound } from '../../services/domain/errors.ts'
import { epochMs } from '../../services/domain/units.ts'
import type { PushedDemand } from '../../services/overlays/index.ts'
import type { Plan } from '../../services/planning/index.ts'
import type { StoredPlan } from '../../services/plans/index.ts'
import { memoryKeys } from '../support/memory-keys.ts'
import { memoryAnswers } from './memory-answers.ts'
import { memoryBatch } from './memory-batch.ts'
import { memoryGrid } from './memory-grid.ts'
import { memoryModelling } from './memory-modelling.ts'
import { memoryOperations } from './memory-operations.ts'
import { memoryTargets } from './memory-targets.ts'
import { pageOf } from './page-of.ts'

export const NOW_MS = Date.UTC(2026, 5, 1, 12)
const HOUR_MS = 3_600_000

/** A plan of `windows` hours from `NOW_MS` on, with `replicas` of one variant in one region. */
export function aPlan(version: number, replicas = 2, windows = 2): StoredPlan {
  const hours = Array.from({ length: windows }, (_, index) => index)
  const plan: Plan = {
    windows: hours.map((hour) => ({
      startMs: epochMs(NOW_MS + hour * HOUR_MS),
      endMs: epochMs(NOW_MS + (hour + 1) * HOUR_MS),
    })),
    assignments: hours.map((window) => ({
      window,
      region: 'eu-north',
      model: 'llama-70b',
      pointId: 'H100-tp2-pp1-fp8-b64',
      replicas,
      starts: 0,
      tokensPerSecond: 900,
      batchTokensPerSecond: 0,
    })),
    flows: hours.map((window) => ({
      window,
      model: 'llama-70b',
      origin: 'eu',
      region: 'eu-north',
      tokensPerSecond: 900,
    })),
    batch: [],
    predicted: { energyKwh: 10, carbonG: 300, costUsd: 12, carbonLowG: 250, carbonHighG: 350 },
    baseline: { name: 'static', energyKwh: 20, carbonG: 900, costUsd: 24 },
    bound: { carbonG: 290, kind: 'milp', gapRatio: 1 / 30 },
    objective: { unit: 'gCO2e', value: 300, bound: 290 },
    binding: [{ limit: 'gpus', region: 'eu-north', windows: [0], words: 'No H100 is left.' }],
  }
  return {
    version,
    createdAtMs: NOW_MS + version,
    validUntilMs: NOW_MS + 2 * HOUR_MS,
    approval: 'automatic',
    fleetHash: 'f1',
    problemDigest: `p${version}`,
    outcome: { status: 'planned', plan },
    inputs: {
      zones: [
        {
          zone: 'SE',
          source: 'climatology',
          signal: 'average',
          basis: 'lifecycle',
          issuedAtMs: NOW_MS,
          quality: 'climatology',
        },
      ],
    },
  }
}

export function anInfeasiblePlan(version: number): StoredPlan {
  return {
    ...aPlan(version),
    outcome: {
      status: 'infeasible',
      limit: 'gpus',
      words: 'eu-north has 2 H100 too few',
      relaxation: 'two more H100 in eu-north',
    },
  }
}

const LLAMA: ModelView = {
  id: 'llama-70b',
  workload: { inputTokens: 500, outputTokens: 200 },
  origins: ['eu'],
  slo: { ttftP95Ms: 500, tpotP95Ms: 50 },
  minReplicas: 1,
  spareReplicas: 0,
}

/** All the ports of one tenant, in memory, open to be changed by a test. */
export interface MemoryTenant extends TenantPorts {
  readonly stored: StoredPlan[]
  readonly entries: AuditEntry[]
  readonly log: ApiEvent[]
  readonly pushed: PushedDemand[]
}

const anAction = (id: number): ActionView => ({
  id,
  atMs: NOW_MS + id,
  actor: 'worker-1',
  targetId: id === 2 ? 'eu-west/llama-70b/H100' : 'eu-north/llama-70b/H100',
  planVersion: String(id),
  idempotencyKey: `key-${id}`,
  fence: id,
  reason: 'the plan',
  before: { replicas: { min: 1, max: 1 } },
  after: { replicas: { min: 2, max: 2 } },
  result: 'accepted',
})

export function memoryTenant(): MemoryTenant {
  const stored: StoredPlan[] = []
  const entries: AuditEntry[] = []
  const log: ApiEvent[] = []
  const pushed: PushedDemand[] = []
  const actions = [1, 2, 3].map(anAction)
  let stop: string | undefined
  const models = new Map<string, Revised<ModelView>>([[LLAMA.id, { revision: 1, value: LLAMA }]])
  let policy: Revised<PolicyView> = {
    revision: 1,
    value: { objective: 'carbon', carbonGPerUsd: 0, minDwellMinutes: 30, approval: 'automatic' },
  }
  const expect = (seen: SeenRevision, now: number | undefined) => {
    if ((seen === 'none' ? undefined : seen) !== now) throw new Conflict('somebody was faster')
  }
  const stopView = () => ({ stopped: stop !== undefined, ...(stop !== undefined && { why: stop }) })
  const unlessThrown = (still: StillStopped | undefined) => {
    if (still?.(stopView()) === false) throw new Conflict('thrown meanwhile')
  }
  return {
    stored,
    entries,
    log,
    pushed,
    plans: {
      current: async () => stored.at(-1),
      currentVersion: async () => stored.at(-1)?.version,
      async get(version) {
        const plan = stored.find((one) => one.version === version)
        if (!plan) throw new NotFound(`there is no plan of version ${version}`)
        return plan
      },
      history: async (page) =>
        pageOf(stored, ({ version }) => version, page).map(({ outcome, inputs: _, ...head }) => ({
          ...head,
          status: outcome.status,
        })),
    },
    explain: async (version, { binding }) => ({
      words: `Plan ${version} goes where the grid is clean.`,
      savingRatio: 2 / 3,
      binding,
      placements: [],
    }),
    ...memoryModelling(models),
    regions: {
      list: async () => [
        {
          id: 'eu-north',
          zone: 'SE',
          pue: 1.1,
          ownership: 'reserved',
          gpus: [{ type: 'H100', count: 16, priceUsdPerHour: 2 }],
          carbon: { carbonGPerKwh: 0, quality: 'live', source: 'test', issuedAtMs: NOW_MS },
        },
        { id: 'eu-west', zone: 'DE', pue: 1.2, ownership: 'reserved', gpus: [] },
      ],
    },
    models: {
      list: async () => [...models.values()],
      get: async (id) => models.get(id),
      async put(id, change, seen) {
        expect(seen, models.get(id)?.revision)
        const { demand, ...rest } = change
        const origins = demand?.map(({ origin }) => origin)
        const value = {
          ...LLAMA,
          ...models.get(id)?.value,
          ...rest,
          ...(origins && { origins }),
          id,
        }
        const next = { revision: (models.get(id)?.revision ?? 0) + 1, value }
        models.set(id, next)
        return next
      },
    },
    slo: async () => [
      {
        model: LLAMA.id,
        state: 'ok',
        promised: LLAMA.slo,
        measured: { ttftP95Ms: 420, tpotP95Ms: 38, outputTokensPerSecond: 880, atMs: NOW_MS },
      },
    ],
    policy: {
      get: async () => policy,
      async put(value, seen) {
        expect(seen, policy.revision)
        policy = { revision: policy.revision + 1, value: { approval: 'automatic', ...value } }
        return policy
      },
    },
    demand: {
      async push(demand, _atMs, seen) {
        if (seen !== undefined && seen !== pushed.length) throw new Conflict('somebody was faster')
        return pushed.push(demand)
      },
      read: async (model) => ({
        revision: pushed.length,
        value: pushed.filter((one) => one.model === model),
      }),
    },
    targets: memoryTargets(),
    actions: {
      history: async ({ targetId, planVersion, fromMs = 0, toMs = Infinity }, page) =>
        pageOf(
          actions.filter(
            (one) =>
              (targetId ?? one.targetId) === one.targetId &&
              (planVersion ?? one.planVersion) === one.planVersion &&
              one.atMs >= fromMs &&
              one.atMs < toMs,
          ),
          ({ id }) => id,
          page,
        ),
    },
    stop: {
      read: async () => stopView(),
      engage: async (why, still) => {
        unlessThrown(still)
        stop = why
        return { stopped: true, why, everywhere: true }
      },
      disengage: async (still) => {
        unlessThrown(still)
        stop = undefined
        return { stopped: false, everywhere: true }
      },
    },
    audit: { history: async (page) => pageOf(entries, ({ id }) => id, page) },
    events: {
      latest: async () => log.at(-1)?.id ?? 0,
      has: async (id) => log.some((event) => event.id === id),
      since: async (id, limit) => log.filter((event) => event.id > id).slice(0, limit),
      history: async (page) => pageOf(log, ({ id }) => id, page),
    },
    ...memoryOperations(stored),
    batch: memoryBatch(NOW_MS),
  }
}

export interface MemoryPorts extends ApiPorts {
  readonly tenants: Map<string, MemoryTenant>
  readonly recorded: (NewAuditEntry & { readonly tenant: string | undefined })[]
  readonly keys: ReturnType<typeof memoryKeys>
  readonly answers: ReturnType<typeof memoryAnswers>
  readonly checks: ReadinessCheck[]
}

export function memoryPorts(...names: readonly string[]): MemoryPorts {
  const tenants = new Map(
    (names.length > 0 ? names : ['default']).map((name) => [name, memoryTenant()]),
  )
  const recorded: MemoryPorts['recorded'] = []
  return {
    tenants,
    recorded,
    keys: memoryKeys(),
    grid: memoryGrid(),
    answers: memoryAnswers(),
    tenant: (id) => tenants.get(id),
    checks: [],
    metrics: new Registry(),
    record: (tenant, entry) => void recorded.push({ ...entry, tenant }),
  }
}
