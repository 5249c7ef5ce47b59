import { kgFromG } from '../domain/units.ts'
import type { Plan } from '../planning/index.ts'
import { plainTable } from './plain-table.ts'
import type { PlannedFleet } from './plan-fleet.ts'

/** A plan for a person: what it saves, how far to trust it, then who runs where and when. */
export function printPlan(planned: PlannedFleet): string {
  const { fleet, outcome } = planned
  if (outcome.status === 'infeasible') {
    return `No plan of ${fleet.name} keeps every promise: ${outcome.words}\n${outcome.relaxation}\n`
  }
  const { plan } = outcome
  return [
    ...headline(planned, plan),
    '',
    trustTable(planned),
    '',
    planTable(planned, plan),
    '',
  ].join('\n')
}

const kilograms = (grams: number): string => `${kgFromG(grams).toFixed(1)} kgCO2e`
const percent = (ratio: number): string => `${(100 * ratio).toFixed(1)} %`

function headline({ fleet, atMs, solver, solveSeconds }: PlannedFleet, plan: Plan): string[] {
  const { predicted, baseline, bound, binding, isCutShort } = plan
  const { horizonHours, windowMinutes } = fleet.planning
  const low = kgFromG(predicted.carbonLowG).toFixed(1)
  return [
    `${fleet.name} from ${stamp(atMs)}, ${horizonHours} h in windows of ${windowMinutes} min (${solver}, ${solveSeconds.toFixed(1)} s)`,
    '',
    `  predicted  ${kilograms(predicted.carbonG)} (${low} to ${kilograms(predicted.carbonHighG)}), ${predicted.energyKwh.toFixed(0)} kWh`,
    `  instead of ${kilograms(baseline.carbonG)} (${baseline.name}): ${percent(1 - predicted.carbonG / baseline.carbonG)} less`,
    `  best possible is not under ${kilograms(bound.carbonG)} (${bound.kind}): within ${percent(bound.gapRatio)}`,
    ...(isCutShort ? ['  cut short by the deadline: more time could find better'] : []),
    ...binding.slice(0, 5).map(({ words }) => `  held back by: ${words}`),
  ]
}

const stamp = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 16)}Z`
function trustTable({ zones }: PlannedFleet): string {
  const table = plainTable(['zone', 'mean gCO2e/kWh', 'quality (windows)', 'source'])
  for (const { zone, meanGPerKwh, qualities, sources } of zones) {
    const counts = Object.entries(qualities).map(([quality, windows]) => `${quality} (${windows})`)
    table.push([zone, meanGPerKwh.toFixed(0), counts.join(', '), Object.keys(sources).join(', ')])
  }
  return table.toString()
}

/** One row for each span of windows in which nothing changes. */
function planTable({ problem }: PlannedFleet, plan: Plan): string {
  const used = new Set(
    plan.assignments.filter(({ replicas }) => replicas > 0).map(({ region }) => region),
  )
  const regions = problem.regions.map(({ id }) => id).filter((id) => used.has(id))
  const table = plainTable(['UTC', ...regions])
  const rows = plan.windows.map((_, window) => regions.map((region) => cell(plan, window, region)))
  for (let from = 0; from < rows.length; ) {
    const to = rows.findIndex(
      (row, index) => index > from && row.join('|') !== rows[from]!.join('|'),
    )
    const end = to < 0 ? rows.length : to
    const { startMs } = plan.windows[from]!
    const { endMs } = plan.windows[end - 1]!
    table.push([`${stamp(startMs).slice(5, 16)} to ${stamp(endMs).slice(11, 16)}`, ...rows[from]!])
    from = end
  }
  const idle = problem.regions.filter(({ id }) => !used.has(id)).map(({ id }) => id)
  return table.toString() + (idle.length > 0 ? `\nnothing runs in ${idle.join(', ')}` : '')
}

const cell = (plan: Plan, window: number, region: string): string =>
  plan.assignments
    .filter((item) => item.window === window && item.region === region && item.replicas > 0)
    .map(({ model, pointId, replicas }) => `${replicas} x ${model} ${pointId}`)
    .join('\n')
