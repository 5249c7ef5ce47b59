import { kgFromG } from '../domain/units.ts'
import type { Plan } from '../planning/index.ts'
import type { PlannedFleet } from './plan-fleet.ts'

const iso = (atMs: number): string => new Date(atMs).toISOString().replace(':00.000Z', 'Z')
const kg = (grams: number): number => rounded(kgFromG(grams), 3)
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))
const percent = (ratio: number): number => rounded(100 * ratio, 2)

/** A planned fleet as data: what `gridtide plan --json` prints. Units are in the names. */
export function planReport(planned: PlannedFleet): object {
  const { fleet, atMs, solver, solveSeconds, zones, warnings, outcome } = planned
  const about = {
    fleet: fleet.name,
    at: iso(atMs),
    signal: fleet.signal,
    basis: fleet.basis,
    horizonHours: fleet.planning.horizonHours,
    windowMinutes: fleet.planning.windowMinutes,
    solver,
    solveSeconds,
  }
  const trust = zones.map((zone) => ({ ...zone, meanGPerKwh: rounded(zone.meanGPerKwh, 1) }))
  if (outcome.status === 'infeasible') return { ...outcome, ...about, zones: trust, warnings }
  return {
    status: 'planned',
    ...about,
    ...totals(outcome.plan),
    zones: trust,
    warnings,
    ...schedule(planned, outcome.plan),
  }
}

function totals({ predicted, baseline, bound, binding, isCutShort = false }: Plan): object {
  return {
    predicted: {
      carbonKg: kg(predicted.carbonG),
      carbonLowKg: kg(predicted.carbonLowG),
      carbonHighKg: kg(predicted.carbonHighG),
      energyKwh: rounded(predicted.energyKwh, 1),
      costUsd: rounded(predicted.costUsd, 2),
    },
    baseline: {
      name: baseline.name,
      carbonKg: kg(baseline.carbonG),
      energyKwh: rounded(baseline.energyKwh, 1),
      costUsd: rounded(baseline.costUsd, 2),
    },
    savedPercent: percent(baseline.carbonG > 0 ? 1 - predicted.carbonG / baseline.carbonG : 0),
    bound: { carbonKg: kg(bound.carbonG), kind: bound.kind, gapPercent: percent(bound.gapRatio) },
    isCutShort,
    binding,
  }
}

/** Each window with its intensities, its replicas and where traffic goes. */
function schedule({ problem }: PlannedFleet, plan: Plan): object {
  return {
    windows: plan.windows.map((window, index) => ({
      start: iso(window.startMs),
      end: iso(window.endMs),
      carbonGPerKwh: Object.fromEntries(
        problem.regions.map(({ id, carbonGPerKwh }) => [id, rounded(carbonGPerKwh[index]!, 1)]),
      ),
      replicas: plan.assignments
        .filter((assignment) => assignment.window === index)
        .map(({ region, model, pointId, replicas, starts, tokensPerSecond }) => ({
          region,
          model,
          variant: pointId,
          replicas,
          starts,
          tokensPerSecond: rounded(tokensPerSecond, 1),
        })),
      traffic: plan.flows
        .filter((flow) => flow.window === index)
        .map(({ model, origin, region, tokensPerSecond }) => ({
          model,
          origin,
          region,
          tokensPerSecond: rounded(tokensPerSecond, 1),
        })),
    })),
  }
}
