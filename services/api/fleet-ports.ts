import { Conflict, InvalidInput } from '../domain/errors.ts'
import type { Fleet, Model } from '../fleet/index.ts'
import { type Overlay, type OverlayStore, overlayFleet } from '../overlays/index.ts'
import type { ModelStore, PolicyStore, Revised, SeenRevision } from './ports.ts'
import type { ModelView } from './schemas/model.ts'
import type { PolicyView } from './schemas/policy.ts'

export interface FleetPortsOptions {
  readonly tenant: string
  /** The fleet file as it is now. */
  readonly file: () => Fleet
  readonly overlays: OverlayStore
  readonly nowMs: () => number
}

/** What the fleet file says is revision 1 of it. */
const IN_FILE = 1
const POLICY_ID = 'fleet'

/** Models and policy as the API shows and changes them: the fleet file with overlays on it. */
export function fleetPorts({ tenant, file, overlays, nowMs }: FleetPortsOptions): {
  readonly models: ModelStore
  readonly policy: PolicyStore
} {
  async function state() {
    const laid = await overlays.list(tenant)
    const fleet = overlayFleet(file(), laid)
    const revisionOf = (kind: Overlay['kind'], id: string) =>
      laid.find((overlay) => overlay.kind === kind && overlay.id === id)?.revision ?? IN_FILE
    const models = fleet.models.map((model): Revised<ModelView> => {
      return { revision: revisionOf('model', model.id), value: modelView(model) }
    })
    const policy = { revision: revisionOf('policy', POLICY_ID), value: policyView(fleet) }
    return { laid, models, policy }
  }

  /** Refuses what would not make a valid fleet before anything is written. */
  async function lay(overlay: Overlay, laid: readonly Overlay[]): Promise<void> {
    const others = laid.filter(({ kind, id }) => kind !== overlay.kind || id !== overlay.id)
    try {
      overlayFleet(file(), [...others, overlay])
    } catch (error) {
      throw error instanceof InvalidInput ? asBodyIssues(error, overlay, file()) : error
    }
    await overlays.put(tenant, overlay)
  }

  const models: ModelStore = {
    list: async () => (await state()).models,
    get: async (id) => (await state()).models.find(({ value }) => value.id === id),
    async put(id, value, seen, changedBy) {
      const { laid, models } = await state()
      const revision = models.find((model) => model.value.id === id)?.revision
      const next = nextRevision(`model ${id}`, seen, revision)
      await lay({ kind: 'model', id, revision: next, value, changedBy, changedAtMs: nowMs() }, laid)
      const written = (await state()).models.find((model) => model.value.id === id)
      return { revision: next, value: written!.value }
    },
  }
  const policy: PolicyStore = {
    get: async () => (await state()).policy,
    async put(value, seen, changedBy) {
      const { laid, policy } = await state()
      const revision = nextRevision('the policy', seen, policy.revision)
      const stamp = { revision, changedBy, changedAtMs: nowMs() }
      await lay({ kind: 'policy', id: POLICY_ID, value, ...stamp }, laid)
      return state().then((now) => now.policy)
    },
  }
  return { models, policy }
}

function nextRevision(what: string, seen: SeenRevision, now: number | undefined): number {
  if (seen === 'none' && now === undefined) return IN_FILE
  if (seen === 'none') throw new Conflict(`${what} exists already`)
  if (seen !== now) throw new Conflict(`${what} is not at the revision you have seen`)
  return seen + 1
}

/** `/models/2/slo` of the whole fleet is `/body/slo` of the request. */
function asBodyIssues(error: InvalidInput, { kind, id }: Overlay, fleet: Fleet): InvalidInput {
  const known = fleet.models.findIndex((model) => model.id === id)
  const index = known === -1 ? fleet.models.length : known
  const place = kind === 'policy' ? '/policy' : `/models/${index}`
  const issues = error.issues.map(({ path, message, suggestion }) => ({
    path: path.startsWith(place) ? `/body${path.slice(place.length)}` : path,
    message,
    ...(suggestion !== undefined && { suggestion }),
  }))
  return new InvalidInput(`the fleet would not be valid: ${issues[0]!.message}`, issues)
}

function modelView(model: Model): ModelView {
  const { id, catalogue, precision, workload, slo, minReplicas, spareReplicas, residency } = model
  return {
    id,
    workload,
    slo,
    minReplicas,
    spareReplicas,
    origins: [...new Set(model.demand.map(({ origin }) => origin))],
    ...(catalogue !== undefined && { catalogue }),
    ...(precision !== undefined && { precision }),
    ...(residency !== undefined && { residency }),
  }
}

function policyView({ policy }: Fleet): PolicyView {
  const { objective, carbonGPerUsd, minDwellMinutes, approval } = policy
  const { budgetKgPerDay, maxChangedGpusPerWindow } = policy
  return {
    objective,
    carbonGPerUsd,
    minDwellMinutes,
    approval,
    ...(budgetKgPerDay !== undefined && { budgetKgPerDay }),
    ...(maxChangedGpusPerWindow !== undefined && { maxChangedGpusPerWindow }),
  }
}
