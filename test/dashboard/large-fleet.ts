import type { TenantPorts } from '../../services/api/ports.ts'
import { epochMs, gCo2PerKwh } from '../../services/domain/units.ts'
import { windowsFrom } from '../../services/domain/window.ts'
import type { GridDesk } from '../../services/grid/index.ts'
import type { Plan } from '../../services/planning/index.ts'
import type { StoredPlan } from '../../services/plans/index.ts'
import { aPlan, type MemoryPorts, memoryPorts } from '../api/memory-ports.ts'

export interface FleetSize {
  readonly regions: number
  readonly windows: number
  readonly windowMinutes: number
  readonly models: number
}

const DAY_MS = 86_400_000
const ZONES = ['SE', 'DE', 'PL', 'US-NW-BPAT', 'US-TEX-ERCO', 'FR', 'GB', 'US-CAL-CISO']
const MEASURE = { signal: 'average', basis: 'lifecycle' } as const

/** The ports of a made-up fleet of any size, for what no recorded one is large enough for. */
export function largeFleet(size: FleetSize): MemoryPorts {
  const ports = { ...memoryPorts(), grid: gridOf(size) }
  const tenant = ports.tenants.get('default')!
  tenant.stored.push(planOf(1, size), planOf(2, size))
  Object.assign(tenant, { figures: async (_: number, plan: Plan) => figuresOf(plan, size) })
  tenant.regions.list = async () =>
    idsOf(size.regions).map((index) => ({
      id: regionId(index),
      zone: zoneId(index),
      pue: 1.1,
      ownership: 'releasable',
      gpus: [{ type: 'H100', count: 256, priceUsdPerHour: 2 }],
      carbon: {
        carbonGPerKwh: intensityAt(index, Date.now()),
        quality: 'live',
        source: 'made up',
        issuedAtMs: Date.now(),
      },
    }))
  return ports
}

const idsOf = (count: number) => Array.from({ length: count }, (_, index) => index)
const regionId = (index: number) => `region-${String(index + 1).padStart(2, '0')}`
const zoneId = (index: number) => ZONES[index] ?? `ZONE-${index + 1}`

/** A day's swing around a level of its own, gCO2e/kWh. */
const intensityAt = (index: number, atMs: number): number =>
  Math.round(
    40 + 18 * index + (20 + 4 * index) * (1 + Math.sin((atMs / DAY_MS) * 2 * Math.PI + index)),
  )

function planOf(
  version: number,
  { regions, windows, windowMinutes, models }: FleetSize,
): StoredPlan {
  const stored = aPlan(version)
  if (stored.outcome.status !== 'planned') throw new Error('aPlan is planned')
  const replicasOf = (window: number, region: number, model: number) =>
    1 + ((Math.floor(window / 12) * 7 + region * 5 + model * 3 + version) % 4)
  const assignments = idsOf(windows).flatMap((window) =>
    idsOf(regions).flatMap((region) =>
      idsOf(models).map((model) => ({
        window,
        region: regionId(region),
        model: `model-${model + 1}`,
        pointId: `H100-tp${2 ** (model % 4)}-pp1-fp8-b64`,
        replicas: replicasOf(window, region, model),
        starts: 0,
        tokensPerSecond: 400 * replicasOf(window, region, model),
        batchTokensPerSecond: 0,
      })),
    ),
  )
  const horizon = windowsFrom(Date.now(), windowMinutes * 60_000, windows)
  const plan = { ...stored.outcome.plan, windows: horizon, assignments, flows: [], binding: [] }
  return {
    ...stored,
    createdAtMs: Date.now(),
    validUntilMs: Date.now() + DAY_MS,
    outcome: { status: 'planned', plan },
  }
}

/** Carbon and capacity of every region, window and variant, as a real plan has them. */
function figuresOf(
  { assignments, windows }: Plan,
  { regions }: FleetSize,
): Awaited<ReturnType<TenantPorts['figures']>> {
  const variants = new Map(assignments.map((one) => [`${one.model} ${one.pointId}`, one]))
  return {
    regions: idsOf(regions).map((index) => ({
      id: regionId(index),
      carbonG: windows.map(({ startMs }) => 50 * intensityAt(index, startMs)),
    })),
    baselineCarbonG: windows.map(() => 90_000),
    variants: [...variants.values()].map(({ model, pointId }) => ({
      model,
      pointId,
      capacityTokensPerSecond: 450,
      gpusPerReplica: 2,
      ttftP95Ms: 800,
      tpotP95Ms: 30,
    })),
  }
}

function gridOf({ regions }: FleetSize): GridDesk {
  const indexOf = (zone: string) => idsOf(regions).findIndex((index) => zoneId(index) === zone)
  const numbers = (zone: string, atMs: number) => {
    const middle = intensityAt(indexOf(zone), atMs)
    const spread = 0.04 + 0.2 * Math.max(0, (atMs - Date.now()) / DAY_MS)
    return {
      carbonGPerKwh: gCo2PerKwh(middle),
      lowGPerKwh: gCo2PerKwh(middle * (1 - spread)),
      highGPerKwh: gCo2PerKwh(middle * (1 + spread)),
      quality: 'forecast' as const,
      source: 'made up',
    }
  }
  return {
    zones: idsOf(regions).map(zoneId),
    measure: MEASURE,
    now: async (zone) => {
      const [window] = windowsFrom(Date.now(), 3_600_000, 1)
      return {
        zone,
        ...MEASURE,
        ...window!,
        ...numbers(zone, Date.now()),
        rung: 'live',
        reasons: [],
      }
    },
    forecast: async (zone, windows) => ({
      zone,
      ...MEASURE,
      windows: windows.map((window) => ({ ...window, ...numbers(zone, window.startMs) })),
      reasons: [],
    }),
    history: async (zone, fromMs, toMs) => ({
      zone,
      ...MEASURE,
      quality: 'live',
      source: 'made up',
      slots: windowsFrom(fromMs, 3_600_000, Math.floor((toMs - fromMs) / 3_600_000)).map(
        ({ startMs, endMs }) => ({
          startMs: epochMs(startMs),
          endMs: epochMs(endMs),
          carbonGPerKwh: gCo2PerKwh(intensityAt(indexOf(zone), startMs)),
        }),
      ),
    }),
    issuedBy: async () => undefined,
    score: async () => undefined,
  }
}
