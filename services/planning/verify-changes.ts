import type { Plan } from './plan.ts'
import type { PlanningProblem } from './problem.ts'

/** Starts that do not match the counts, and every broken limit on changes. */
export function changeViolations(problem: PlanningProblem, plan: Plan): string[] {
  const T = problem.windows.length
  const series = seriesOf(problem, plan, T)
  const beginning = problem.running.length > 0 ? 0 : 1
  return [
    ...[...series].flatMap(([key, s]) => startViolations(key, s)),
    ...[...series].flatMap(([key, s]) => quietViolations(problem, key, s, beginning)),
    ...[...series].flatMap(([key, s]) => dwellViolations(problem, key, s)),
    ...changedViolations(problem, series, beginning),
    ...overlapViolations(problem, series),
  ]
}

interface Series {
  readonly region: string
  readonly gpu: string
  readonly gpus: number
  readonly slow: boolean
  readonly running: number
  readonly counts: number[]
  readonly starts: number[]
}

function seriesOf(problem: PlanningProblem, plan: Plan, T: number): Map<string, Series> {
  const found = new Map<string, Series>()
  const at = (place: Place): Series | undefined => {
    const key = `${place.model} ${place.pointId} in ${place.region}`
    const series = found.get(key) ?? emptySeries(problem, place, T)
    if (series) found.set(key, series)
    return series
  }
  for (const running of problem.running) at(running)
  for (const assignment of plan.assignments) {
    const series = at(assignment)
    if (!series) continue
    series.counts[assignment.window]! += assignment.replicas
    series.starts[assignment.window]! += assignment.starts
  }
  return found
}

interface Place {
  readonly region: string
  readonly model: string
  readonly pointId: string
}

function emptySeries(
  problem: PlanningProblem,
  { region, model, pointId }: Place,
  T: number,
): Series | undefined {
  const of = problem.models.find(({ id }) => id === model)
  // What runs may have become too slow, and still has to be stopped.
  const point = [...(of?.points ?? []), ...(of?.tooSlow ?? [])].find(({ id }) => id === pointId)
  if (!point) return undefined
  const running = problem.running
    .filter((r) => r.region === region && r.model === model && r.pointId === pointId)
    .reduce((sum, { replicas }) => sum + replicas, 0)
  const zeros = () => Array.from({ length: T }, () => 0)
  return {
    region,
    gpu: point.variant.gpu,
    gpus: point.gpusPerReplica,
    slow: point.startSeconds > 0,
    running,
    counts: zeros(),
    starts: zeros(),
  }
}

const before = ({ counts, running }: Series, t: number): number =>
  t > 0 ? counts[t - 1]! : running

function startViolations(key: string, series: Series): string[] {
  return series.counts.flatMap((count, t) => {
    const expected = Math.max(0, count - before(series, t))
    const said = series.starts[t]!
    return said === expected ? [] : [`${key}, window ${t}: ${said} starts, not ${expected}`]
  })
}

function quietViolations(
  { policy, windows }: PlanningProblem,
  key: string,
  series: Series,
  beginning: number,
): string[] {
  return (policy.quietWindows ?? []).flatMap((t) =>
    t >= beginning && t < windows.length && series.counts[t] !== before(series, t)
      ? [`${key}, window ${t}: changes in a quiet window`]
      : [],
  )
}

function dwellViolations({ policy }: PlanningProblem, key: string, series: Series): string[] {
  const dwell = policy.minDwellWindows ?? 1
  return series.counts.flatMap((count, t) => {
    const recent = series.starts.slice(Math.max(0, t - dwell + 1), t + 1)
    const started = recent.reduce((a, b) => a + b, 0)
    return count < started ? [`${key}, window ${t}: stops before ${dwell} windows`] : []
  })
}

function changedViolations(
  { policy, windows }: PlanningProblem,
  series: ReadonlyMap<string, Series>,
  beginning: number,
): string[] {
  const limit = policy.maxChangedGpusPerWindow
  if (limit === undefined) return []
  const out: string[] = []
  for (let t = beginning; t < windows.length; t++) {
    let changed = 0
    for (const s of series.values()) changed += s.gpus * Math.abs(s.counts[t]! - before(s, t))
    if (changed > limit) out.push(`window ${t}: ${changed} GPUs change, of at most ${limit}`)
  }
  return out
}

/** With make-before-break, what starts next already holds its GPUs. */
function overlapViolations(
  { policy, regions, windows }: PlanningProblem,
  series: ReadonlyMap<string, Series>,
): string[] {
  if (policy.makeBeforeBreak !== true) return []
  return regions.flatMap(({ id, pools }) =>
    pools.flatMap(({ gpu, count }) => {
      const own = [...series.values()].filter((s) => s.region === id && s.gpu === gpu)
      return windows.slice(1).flatMap((_, t) => {
        const held = own.reduce((sum, s) => sum + heldBefore(s, t + 1), 0)
        return held > count
          ? [`${gpu} in ${id}, window ${t}: ${held} of ${count} GPUs with starts`]
          : []
      })
    }),
  )
}

const heldBefore = ({ gpus, slow, counts }: Series, next: number): number =>
  gpus * Math.max(counts[next - 1]!, slow ? counts[next]! : 0)
