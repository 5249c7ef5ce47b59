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
  const at = (region: string, model: string, pointId: string): Series | undefined => {
    const key = `${model} ${pointId} in ${region}`
    const known = found.get(key)
    if (known) return known
    const point = problem.models
      .find(({ id }) => id === model)
      ?.points.find(({ id }) => id === pointId)
    if (!point) return undefined
    const running = problem.running
      .filter((r) => r.region === region && r.model === model && r.pointId === pointId)
      .reduce((sum, { replicas }) => sum + replicas, 0)
    const zeros = () => Array.from({ length: T }, () => 0)
    const series: Series = {
      region,
      gpu: point.variant.gpu,
      gpus: point.gpusPerReplica,
      slow: point.startSeconds > 0,
      running,
      counts: zeros(),
      starts: zeros(),
    }
    found.set(key, series)
    return series
  }
  for (const { region, model, pointId } of problem.running) at(region, model, pointId)
  for (const { window, region, model, pointId, replicas, starts } of plan.assignments) {
    const series = at(region, model, pointId)
    if (!series) continue
    series.counts[window]! += replicas
    series.starts[window]! += starts
  }
  return found
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
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one pass over nested indices, clearer in one place.
function overlapViolations(
  problem: PlanningProblem,
  series: ReadonlyMap<string, Series>,
): string[] {
  if (problem.policy.makeBeforeBreak !== true) return []
  const out: string[] = []
  for (const { id, pools } of problem.regions) {
    for (const { gpu, count } of pools) {
      const own = [...series.values()].filter((s) => s.region === id && s.gpu === gpu)
      for (let t = 0; t + 1 < problem.windows.length; t++) {
        let held = 0
        for (const s of own)
          held += s.gpus * (s.slow ? Math.max(s.counts[t]!, s.counts[t + 1]!) : s.counts[t]!)
        if (held > count)
          out.push(`${gpu} in ${id}, window ${t}: ${held} of ${count} GPUs with starts`)
      }
    }
  }
  return out
}
