import {
  type CapacityLedger,
  capacityLedger,
  type RegionOutlook,
  type WarmLedger,
  warmLedger,
} from '../batch/index.ts'
import type { DeferredJobStore } from '../deferred/index.ts'
import type { Steps } from '../domain/steps.ts'
import { windowsFrom } from '../domain/window.ts'
import type { OperatingPoint } from '../fitting/index.ts'
import type { Fleet } from '../fleet/index.ts'
import type { GridReader } from '../grid/index.ts'
import type { Plan } from '../planning/index.ts'
import type { PlanStore } from '../plans/index.ts'
import { type JobPlace, jobPlaces } from './frame-job.ts'
import { outlookOf } from './outlook-of.ts'
import { readCarbon } from './read-carbon.ts'
import { hoursPlanned, type WarmSources, warmRoom } from './warm-room.ts'

/** Where batch planning gets what it plans on. */
export interface BatchPorts {
  readonly tenant: string
  readonly fleet: () => Promise<Fleet>
  readonly reader: Pick<GridReader, 'readZone'>
  readonly plans: Pick<PlanStore, 'current'>
  /** By model id: what each layout sustains. */
  readonly points: () => Promise<ReadonlyMap<string, readonly OperatingPoint[]>>
  /** Draw of a busy GPU of a type, W. */
  readonly gpuWatts: (type: string) => number
  readonly jobs: DeferredJobStore
  readonly nowMs: () => number
  /** Runs long work to its end, with pauses for others. */
  readonly pace: <Result>(steps: Steps<Result>) => Promise<Result>
  readonly warn: (message: string) => void
}

/** The grid and the GPUs left by the interactive plan, as they stand now. */
export interface BatchDesk {
  readonly nowMs: number
  readonly places: readonly JobPlace[]
  readonly points: ReadonlyMap<string, readonly OperatingPoint[]>
  /** By place. */
  readonly outlooks: ReadonlyMap<string, RegionOutlook>
  /** GPUs that interactive traffic leaves; jobs take from it. */
  readonly ledger: CapacityLedger
  /** What its replicas have left; undefined where there is no plan in force. */
  readonly warm?: WarmLedger
}

const HOUR_MS = 3_600_000
const HORIZON_HOURS = 168
/** Two weeks more than is forecast: jobs may have later deadlines. */
const LEDGER_MS = 3 * HORIZON_HOURS * HOUR_MS

export async function openBatchDesk(ports: Omit<BatchPorts, 'jobs' | 'pace'>): Promise<BatchDesk> {
  const { reader, warn } = ports
  const nowMs = ports.nowMs()
  const fleet = await ports.fleet()
  const places = jobPlaces(fleet)
  const windows = windowsFrom(nowMs, HOUR_MS, HORIZON_HOURS)
  const measure = { signal: fleet.signal, basis: fleet.basis }
  const zones = [...new Set(places.map(({ zone }) => zone))]
  const carbon = await readCarbon({ zones, windows, measure, nowMs, reader, warn })
  const outlooks = places.map((place) => outlookOf(place, windows, carbon.get(place.zone)!.windows))
  const current = await ports.plans.current()
  const plan = current?.outcome.status === 'planned' ? current.outcome.plan : undefined
  const points = await ports.points()
  const used = plan ? gpusInUse(plan, points) : () => 0
  const byId = new Map(places.map((place) => [place.id, place]))
  const ledger = capacityLedger(
    outlooks,
    (id, window) =>
      Math.max(0, byId.get(id)!.count - used(id, windows[0]!.startMs + window * HOUR_MS)),
    LEDGER_MS,
  )
  const keyed = new Map(outlooks.map((outlook) => [outlook.region, outlook]))
  const warm =
    // Replicas of a plan that has run out go back to the safe state.
    plan &&
    current!.validUntilMs > nowMs &&
    warmOf({ plan, points, models: fleet.models, nowMs }, keyed, places)
  return { nowMs, places, points, outlooks: keyed, ledger, ...(warm && { warm }) }
}

function warmOf(
  sources: WarmSources,
  outlooks: BatchDesk['outlooks'],
  places: readonly JobPlace[],
): WarmLedger {
  const sites = new Map(places.map(({ id, region }) => [id, region]))
  const [first] = outlooks.values()
  return warmLedger({
    outlooks,
    siteOf: (place) => sites.get(place)!,
    roomAt: (site, model, window) =>
      warmRoom(sources, site, model, first!.startMs + window * HOUR_MS),
    windows: hoursPlanned(sources.plan, first!),
  })
}

/**
 * Most GPUs that interactive traffic uses of a place in an hour. After its horizon a plan says
 * nothing, and the same hour of its last day is taken.
 */
function gpusInUse(
  plan: Plan,
  points: BatchDesk['points'],
): (place: string, hourMs: number) => number {
  const known = new Map([...points.values()].flat().map((point) => [point.id, point]))
  const byWindow = plan.windows.map(() => new Map<string, number>())
  for (const { window, region, pointId, replicas } of plan.assignments) {
    const point = known.get(pointId)
    if (!point) continue
    const used = byWindow[window]!
    const place = `${region}/${point.variant.gpu}`
    used.set(place, (used.get(place) ?? 0) + replicas * point.gpusPerReplica)
  }
  const endMs = plan.windows.at(-1)!.endMs
  const spanMs = Math.min(24 * HOUR_MS, endMs - plan.windows[0]!.startMs)
  return (place, hourMs) => {
    const late = Math.max(0, Math.ceil((hourMs + HOUR_MS - endMs) / spanMs))
    const startMs = hourMs - late * spanMs
    let most = 0
    for (const [index, window] of plan.windows.entries()) {
      if (window.endMs <= startMs || window.startMs >= startMs + HOUR_MS) continue
      most = Math.max(most, byWindow[index]!.get(place) ?? 0)
    }
    return most
  }
}
