import type { PlanningProblem } from '../../services/planning/index.ts'

/**
 * The least objective over every integer replica vector of a one-model, two-region, two-window
 * problem with at most one batch work. Loads and batch timing follow by trying the few vertices:
 * a share of the work in each window on a grid is not exact, so both windows' loads are solved as
 * a piecewise-linear function and its breakpoints enumerated.
 *
 * @returns undefined where nothing is feasible
 */
export function leastByEnumeration(problem: PlanningProblem): number | undefined {
  const tables = problem.windows.map((_, t) => windowTable(problem, t))
  const work = problem.batch[0]
  const hours = 1
  const rate = work ? work.tokens / (hours * 3600) : 0
  let best: number | undefined
  for (const first of tables[0]!) {
    for (const second of tables[1]!) {
      const starts = startsObjective(problem, first.counts, second.counts)
      const load = bestSplit(first.load, second.load, rate)
      if (load === undefined) continue
      const value = first.fixed + second.fixed + starts + load
      if (best === undefined || value < best) best = value
    }
  }
  return best === undefined ? undefined : best + reserved(problem)
}

type Load = (batchRate: number) => number | undefined

interface Row {
  readonly counts: readonly number[]
  readonly fixed: number
  readonly load: { readonly cost: Load; readonly breaks: readonly number[] }
}

function bestSplit(a: Row['load'], b: Row['load'], rate: number): number | undefined {
  const candidates = [0, rate, ...a.breaks, ...b.breaks.map((x) => rate - x)]
  let best: number | undefined
  for (const x of candidates) {
    if (x < -1e-9 || x > rate + 1e-9) continue
    const [left, right] = [a.cost(Math.max(0, x)), b.cost(Math.max(0, rate - x))]
    if (left === undefined || right === undefined) continue
    if (best === undefined || left + right < best) best = left + right
  }
  return best
}

const bins = (problem: PlanningProblem) =>
  problem.regions.flatMap((region, r) =>
    problem.models[0]!.points.map((point) => ({ region, r, point })),
  )

const weight = (problem: PlanningProblem, r: number, t: number) => {
  const { objective } = problem.policy
  const { pue, carbonGPerKwh } = problem.regions[r]!
  return objective === 'carbon' ? pue * carbonGPerKwh[t]! : objective === 'energy' ? pue : 0
}

const money = ({ policy }: PlanningProblem) =>
  policy.objective === 'cost' ? 1 : policy.objective === 'carbon' ? policy.carbonGPerUsd : 0

function reserved(problem: PlanningProblem): number {
  let sum = 0
  for (const [r, region] of problem.regions.entries()) {
    if (region.ownership !== 'reserved') continue
    const { count, parkedWatts, priceUsdPerHour } = region.pools[0]!
    for (const t of problem.windows.keys()) {
      sum += (count * parkedWatts * weight(problem, r, t)) / 1000
      sum += money(problem) * count * priceUsdPerHour
    }
  }
  return sum
}

function windowTable(problem: PlanningProblem, t: number): Row[] {
  const rows: Row[] = []
  const all = bins(problem)
  const visit = (counts: number[]): void => {
    const b = counts.length
    if (b === all.length) {
      rows.push(...rowOf(problem, t, counts))
      return
    }
    const { region, r, point } = all[b]!
    let used = 0
    for (const [i, count] of counts.entries()) {
      if (all[i]!.r === r) used += count * all[i]!.point.gpusPerReplica
    }
    for (let n = 0; used + n * point.gpusPerReplica <= region.pools[0]!.count; n++) {
      visit([...counts, n])
    }
  }
  visit([])
  return rows
}

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one pass over nested indices, clearer in one place.
function rowOf(problem: PlanningProblem, t: number, counts: readonly number[]): Row[] {
  const model = problem.models[0]!
  const all = bins(problem)
  if (counts.reduce((a, b) => a + b, 0) < model.minReplicas) return []
  let fixed = 0
  for (const [b, count] of counts.entries()) {
    const { region, r, point } = all[b]!
    const pool = region.pools[0]!
    const gpus = point.gpusPerReplica
    const draw = point.idleWatts + gpus * region.hostWattsPerGpu
    const own = region.ownership === 'reserved' ? Math.max(0, draw - gpus * pool.parkedWatts) : draw
    const rent = region.ownership === 'reserved' ? 0 : gpus * pool.priceUsdPerHour * money(problem)
    fixed += count * ((own * weight(problem, r, t)) / 1000 + rent)
  }
  const blocks = all
    .map(({ r, point }, b) => ({
      r,
      room: counts[b]! * point.capacityTokensPerSecond,
      cost:
        ((point.busyWatts - point.idleWatts) / point.capacityTokensPerSecond / 1000) *
        weight(problem, r, t),
    }))
    .filter(({ room }) => room > 0)
    .sort((a, b) => a.cost - b.cost)
  const cost: Load = (batchRate) => transport(problem, t, blocks, batchRate)
  if (cost(0) === undefined) return []
  // The cost of more batch bends only where a block is full, with or without some demand in it.
  const only = [0, 1].map((r) =>
    sum(
      model.demand.filter((d) => d.regions.length === 1 && d.regions[0] === `r${r}`),
      t,
    ),
  )
  const everything = sum(model.demand, t)
  const breaks: number[] = []
  for (let mask = 0; mask < 1 << blocks.length; mask++) {
    let room = 0
    for (const [i, block] of blocks.entries()) if (mask & (1 << i)) room += block.room
    breaks.push(room - everything, room - only[0]!, room - only[1]!, room)
  }
  return [{ counts, fixed, load: { cost, breaks } }]
}

const sum = (demand: PlanningProblem['models'][0]['demand'], t: number) =>
  demand.reduce((total, { tokensPerSecond }) => total + tokensPerSecond[t]!, 0)

/** Two regions: the flexible traffic's split is one number; the best is at a breakpoint. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one pass over nested indices, clearer in one place.
function transport(
  problem: PlanningProblem,
  t: number,
  blocks: readonly { r: number; room: number; cost: number }[],
  batchRate: number,
): number | undefined {
  const { demand } = problem.models[0]!
  const must = [0, 1].map((r) =>
    sum(
      demand.filter((d) => d.regions.length === 1 && d.regions[0] === `r${r}`),
      t,
    ),
  )
  const free =
    sum(
      demand.filter((d) => d.regions.length === 2),
      t,
    ) + batchRate
  const fill = (r: number, load: number): number | undefined => {
    let rest = load
    let value = 0
    for (const block of blocks) {
      if (block.r !== r) continue
      const taken = Math.min(rest, block.room)
      rest -= taken
      value += taken * block.cost
    }
    return rest > 1e-7 ? undefined : value
  }
  const splits = [0, free]
  for (const r of [0, 1]) {
    let room = 0
    for (const block of blocks) {
      if (block.r !== r) continue
      room += block.room
      splits.push(r === 0 ? room - must[0]! : free - (room - must[1]!))
    }
  }
  let best: number | undefined
  for (const x of splits) {
    if (x < -1e-9 || x > free + 1e-9) continue
    const [a, b] = [fill(0, must[0]! + x), fill(1, must[1]! + free - x)]
    if (a === undefined || b === undefined) continue
    if (best === undefined || a + b < best) best = a + b
  }
  return best
}

function startsObjective(
  problem: PlanningProblem,
  first: readonly number[],
  second: readonly number[],
): number {
  let value = 0
  for (const [b, { r, point }] of bins(problem).entries()) {
    const kwh = point.startJoules / 3_600_000
    value += first[b]! * kwh * weight(problem, r, 0)
    value += Math.max(0, second[b]! - first[b]!) * kwh * weight(problem, r, 1)
  }
  return value
}
