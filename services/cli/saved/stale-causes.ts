import type { PlanningProblem } from '../../planning/index.ts'
import { differences } from './differences.ts'
import type { SavedPlan } from './plan-file.ts'

/** What a plan was made of, as it is now. */
export type Fresh = Pick<SavedPlan, 'fleet' | 'fleetHash' | 'problem'>

const MOST_FIELDS = 10

/**
 * Why a saved plan is no longer to be carried out: each cause in words, none where it still holds.
 *
 * @param tolerance how far intensity and traffic may move, as a ratio of what they were
 */
export function staleCauses(
  saved: SavedPlan,
  fresh: Fresh,
  nowMs: number,
  tolerance: number,
): readonly string[] {
  const endMs = saved.plan.windows.at(-1)!.endMs
  if (nowMs >= endMs) return [`its last window ended at ${instant(endMs)}`]
  if (nowMs < saved.plan.windows[0]!.startMs) {
    return [`its first window begins at ${instant(saved.plan.windows[0]!.startMs)}`]
  }
  const rows = sharedWindows(saved.problem, fresh.problem)
  return [
    ...fleetCauses(saved, fresh),
    ...carbonCauses(saved.problem, fresh.problem, rows, tolerance),
    ...demandCauses(saved.problem, fresh.problem, rows, tolerance),
    ...fitCauses(saved.problem, fresh.problem),
  ]
}

const instant = (atMs: number): string => new Date(atMs).toISOString().replace(':00.000Z', 'Z')

function fleetCauses(saved: SavedPlan, fresh: Fresh): readonly string[] {
  if (saved.fleetHash === fresh.fleetHash) return []
  const changed = differences(saved.fleet, fresh.fleet)
  const shown = changed
    .slice(0, MOST_FIELDS)
    .map(({ path, was, is }) => `the fleet file: ${path} was ${was}, is ${is}`)
  const left = changed.length - shown.length
  return left > 0 ? [...shown, `the fleet file: ${left} more fields`] : shown
}

/** Indices of the same window in both problems. */
type Rows = readonly (readonly [then: number, now: number])[]

function sharedWindows(then: PlanningProblem, now: PlanningProblem): Rows {
  const indexNow = new Map(now.windows.map(({ startMs }, index) => [startMs, index]))
  return then.windows.flatMap(({ startMs }, index) => {
    const found = indexNow.get(startMs)
    return found === undefined ? [] : [[index, found] as const]
  })
}

function carbonCauses(then: PlanningProblem, now: PlanningProblem, rows: Rows, tolerance: number) {
  const was = new Map(then.regions.map((region) => [region.id, region]))
  return now.regions.flatMap(({ id, zone, carbonGPerKwh }) => {
    const before = was.get(id)
    if (!before) return []
    const means = meansOver(rows, before.carbonGPerKwh, carbonGPerKwh)
    return moved(means, tolerance, `the grid of ${zone} (${id})`, 'gCO2e/kWh')
  })
}

function demandCauses(then: PlanningProblem, now: PlanningProblem, rows: Rows, tolerance: number) {
  const was = new Map(
    then.models.flatMap(({ id, demand }) =>
      demand.map(({ origin, tokensPerSecond }) => [`${id} from ${origin}`, tokensPerSecond]),
    ),
  )
  return now.models.flatMap(({ id, demand }) =>
    demand.flatMap(({ origin, tokensPerSecond }) => {
      const before = was.get(`${id} from ${origin}`)
      if (!before) return []
      const means = meansOver(rows, before, tokensPerSecond)
      return moved(means, tolerance, `the traffic of ${id} from ${origin}`, 'tokens/s')
    }),
  )
}

interface Means {
  readonly was: number
  readonly is: number
}

function meansOver(rows: Rows, then: readonly number[], now: readonly number[]): Means {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
  return { was: mean(rows.map(([row]) => then[row]!)), is: mean(rows.map(([, row]) => now[row]!)) }
}

function moved({ was, is }: Means, tolerance: number, what: string, unit: string) {
  if (Math.abs(is - was) <= tolerance * was) return []
  return [`${what}: a mean of ${was.toFixed(0)} ${unit} was expected, now it is ${is.toFixed(0)}`]
}

function fitCauses(then: PlanningProblem, now: PlanningProblem): readonly string[] {
  const was = new Map(then.models.map(({ id, points }) => [id, points]))
  return now.models.flatMap(({ id, points }) => {
    const before = was.get(id)
    if (!before || differences(before, points).length === 0) return []
    return [`what is known of ${id}: its layouts were fitted anew`]
  })
}
