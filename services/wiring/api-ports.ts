import { postgresAudit } from '../api/adapters/postgres-audit.ts'
import { postgresEvents } from '../api/adapters/postgres-events.ts'
import { type ApiPorts, fleetPorts, type TenantPorts } from '../api/index.ts'
import { catalogueGpu } from '../fitting/index.ts'
import { gridDesk } from '../grid/index.ts'
import { overlayFleet } from '../overlays/index.ts'
import { describeFit } from '../pipeline/describe-fit.ts'
import { simulatePlan } from '../pipeline/simulate-plan.ts'
import { explainPlan, planFigures } from '../planning/index.ts'
import { operationPorts } from './api-operations.ts'
import { listRegions } from './api-regions.ts'
import { sloReader } from './api-slo.ts'
import { stopControl } from './api-stop.ts'
import { targetReader } from './api-targets.ts'
import { requestDesk } from './batch-requests.ts'
import { batchInbox } from './batch-steps.ts'
import { knownModel } from './known-model.ts'
import { frameSources } from './planning-steps.ts'
import type { Service } from './service.ts'

/** Levers are worked out once an hour; those of a plan a day older say nothing of this one. */
const DAY_MS = 86_400_000

/** What the HTTP API asks for, out of an open service. */
export function apiPorts(service: Service): ApiPorts {
  const { database, tenant, stores, metrics, log, fleet, grid } = service
  const audit = postgresAudit(database, tenant)
  const ports = tenantPorts(service, audit)
  return {
    tenant: (id) => (id === tenant ? ports : undefined),
    metrics: metrics.registry,
    keys: stores.keys,
    grid: gridDesk(grid),
    gridLocations: Object.fromEntries(fleet.regions.map(({ id, zone }) => [id, zone])),
    answers: stores.answers,
    checks: [
      {
        name: 'database',
        look: async () => void (await database.query('select 1')),
      },
      {
        name: 'queue',
        look: async () => void (await service.queue.counts('tick')),
      },
      { name: 'clock', advisory: true, look: service.clocks },
      {
        name: 'plan',
        look: async () => ((await stores.plans.current()) ? undefined : 'no plan has been made'),
      },
    ],
    // Whoever could not be told called on this tenant's service: its admins see who guesses.
    record(whose = tenant, entry) {
      postgresAudit(database, whose)
        .write(entry)
        .catch((error: unknown) => {
          log.error({ error }, 'an audit entry was lost')
        })
    },
  }
}

function tenantPorts(service: Service, audit: ReturnType<typeof postgresAudit>): TenantPorts {
  const { stores, nowMs, database, tenant } = service
  const { plans, solves, overlays, demand } = stores
  return {
    ...fleetPorts({ tenant, file: () => service.fleet, overlays, nowMs }),
    plans,
    explain: async (version, plan) => {
      const { problemDigest, createdAtMs, validUntilMs } = await plans.get(version)
      const { problem } = await solves.frameOf(problemDigest)
      const records = await stores.ledger.leversBetween(createdAtMs - DAY_MS, validUntilMs)
      const own = records.find((one) => one.problemDigest === problemDigest) ?? records.at(-1)
      const levers = own && { atMs: own.atMs, levers: own.levers }
      return { ...explainPlan(problem, plan), ...(levers && { levers }) }
    },
    figures: async (version, plan) => {
      const { problemDigest } = await plans.get(version)
      return planFigures((await solves.frameOf(problemDigest)).problem, plan)
    },
    async fitOf(id) {
      const known = await knownModel(service, id)
      if (!known) return undefined
      const { model, fleet, knowledge } = known
      return { model: id, gpus: describeFit(model, fleet, knowledge, catalogueGpu) }
    },
    slo: sloReader(service),
    regions: { list: () => listRegions(service) },
    demand: {
      push: (pushed, atMs, seen) => demand.push(tenant, pushed, atMs, seen),
      async read(model, fromMs, toMs) {
        const revision = await demand.revision(tenant, model) // first: better too old than too new
        return { revision, value: await demand.between(tenant, fromMs, toMs, model) }
      },
    },
    targets: targetReader(service),
    ...operationPorts(service),
    batch: batchInbox(service),
    requests: requestDesk(service),
    actions: {
      history: (scope, page) => stores.audit.find({ ...scope, ...page }),
    },
    stop: stopControl(service),
    audit,
    events: postgresEvents(database, tenant),
    async simulate({ models = [], policy, horizonHours, ...whatIf }, abort) {
      const sources = await frameSources(service)
      const stamp = { revision: 1, changedBy: 'simulation', changedAtMs: nowMs() }
      const fleet = overlayFleet(sources.fleet, [
        ...models.map(
          ({ id, change }) => ({ kind: 'model', id, value: change, ...stamp }) as const,
        ),
        ...(policy ? [{ kind: 'policy', id: 'fleet', value: policy, ...stamp } as const] : []),
      ])
      const planning = { ...fleet.planning, ...(horizonHours !== undefined && { horizonHours }) }
      const changed = { ...sources, fleet: { ...fleet, planning } }
      const outcome = await simulatePlan(changed, whatIf, (problem) =>
        service.solver.plan(problem, abort),
      )
      return {
        outcome: outcome.status === 'planned' ? { status: 'planned', ...outcome.plan } : outcome,
      }
    },
  }
}
