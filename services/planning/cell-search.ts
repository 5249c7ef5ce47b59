import { carriesAll } from './carries-all.ts'
import type { Cell } from './cell.ts'
import { pushAll, startRouting } from './router.ts'
import type { Trial } from './trial.ts'

/** How one descent weighs what it does. */
export interface Taste {
  /** By pool: objective of a GPU, and GPUs there are. */
  readonly prices: Float64Array
  readonly room: Float64Array
  /** Scores are multiplied by 1 .. 1 + noise. */
  readonly noise: number
  readonly random: () => number
}

export function change(cell: Cell, trial: Trial, i: number, count: number): void {
  trial.counts[i]! += count
  trial.used[cell.pool[i]!]! += count * cell.gpus[i]!
}

/** Objective of the replicas at the given prices; load is not in it. */
export function replicaCost({ bins, fixed, gpus, pool }: Cell, trial: Trial, prices: Float64Array) {
  let cost = 0
  for (let i = 0; i < bins.length; i++) {
    const count = trial.counts[i]!
    if (count > 0) cost += count * (fixed[i]! + gpus[i]! * prices[pool[i]!]!)
  }
  return cost
}

/**
 * Loads the replicas, cheapest token first, lanes with the fewest regions first; where that leaves
 * traffic although there is room, exactly.
 */
export function load(cell: Cell, trial: Trial): void {
  const { bins, capacity, loads } = cell
  let room = 0
  for (let i = 0; i < bins.length; i++) {
    trial.left[i] = trial.counts[i]! * capacity[i]!
    room += trial.left[i]!
  }
  trial.loadCost = 0
  trial.missing = 0
  for (let lane = 0; lane < loads.length; lane++) {
    const rest = loadLane(cell, trial, lane)
    trial.unserved[lane] = rest > 1e-9 * loads[lane]! ? rest : 0
    trial.missing += trial.unserved[lane]!
    room -= loads[lane]!
  }
  if (trial.missing > 0 && room >= 0) loadExactly(cell, trial)
}

/** As `routeLoads` does: bins in order of cost, each as far as any re-routing allows. */
function loadExactly(cell: Cell, trial: Trial): void {
  const { bins, capacity, region, perToken, loads, reaches, regionCount: R } = cell
  const { router } = trial
  startRouting(router, loads, 0, loads.length, R)
  let total = 0
  for (let lane = 0; lane < loads.length; lane++) total += loads[lane]!
  const tolerance = 1e-9 * total
  trial.loadCost = 0
  for (let i = 0; i < bins.length; i++) {
    trial.left[i] = 0
    if (trial.counts[i] === 0) continue
    const room = trial.counts[i]! * capacity[i]!
    const part = pushAll(router, reaches, loads.length, R, region[i]!, room, tolerance)
    trial.left[i] = room - part
    trial.loadCost += part * perToken[i]!
  }
  trial.missing = 0
  for (let lane = 0; lane < loads.length; lane++) {
    const rest = router.unserved[lane]!
    trial.unserved[lane] = rest > 1e-9 * loads[lane]! ? rest : 0
    trial.missing += trial.unserved[lane]!
  }
}

/** @returns what the lane leaves */
function loadLane(cell: Cell, trial: Trial, lane: number): number {
  const { bins, region, perToken, reaches, regionCount: R } = cell
  const { left } = trial
  let rest = cell.loads[lane]!
  let cost = 0
  for (let i = 0; i < bins.length && rest > 0; i++) {
    if (left[i]! <= 0 || reaches[lane * R + region[i]!] === 0) continue
    const part = Math.min(rest, left[i]!)
    left[i]! -= part
    rest -= part
    cost += part * perToken[i]!
  }
  trial.loadCost += cost
  return rest
}

/** tokens/s by which floor and spare are missed, where all traffic is carried. */
function missingReplicas(
  { bins, capacity, minReplicas, spareReplicas, interactive }: Cell,
  trial: Trial,
) {
  if (minReplicas === 0 && spareReplicas === 0) return 0
  let replicas = 0
  let total = 0
  let largest = 0
  for (let i = 0; i < bins.length; i++) {
    const count = trial.counts[i]!
    if (count === 0) continue
    replicas += count
    total += count * capacity[i]!
    if (capacity[i]! > largest) largest = capacity[i]!
  }
  const floor = Math.max(0, minReplicas - replicas) * Math.max(1, largest)
  const spare = interactive + spareReplicas * largest - total
  return spareReplicas > 0 && spare > 1e-9 * total ? floor + spare : floor
}

/** Fills `needs`. @returns false where nothing is missing */
function measureNeeds(cell: Cell, trial: Trial): boolean {
  load(cell, trial)
  const { needs, unserved } = trial
  const R = cell.regionCount
  if (trial.missing === 0) {
    const more = missingReplicas(cell, trial)
    needs.fill(more, 0, R)
    return more > 0
  }
  needs.fill(0, 0, R)
  for (let lane = 0; lane < cell.loads.length; lane++) {
    const rest = unserved[lane]!
    if (rest === 0) continue
    for (let r = 0; r < R; r++) if (cell.reaches[lane * R + r] === 1) needs[r]! += rest
  }
  return true
}

/**
 * Adds replicas until everything is carried: each time the bin with the least cost per newly served
 * token/s, several at once where much is missing. @returns false where nothing more fits
 */
export function complete(cell: Cell, trial: Trial, taste: Taste): boolean {
  while (measureNeeds(cell, trial)) {
    const best = cheapest(cell, trial, taste)
    if (best < 0) return false
    const whole = Math.floor(trial.needs[cell.region[best]!]! / cell.capacity[best]!)
    const fit = Math.floor(roomFor(cell, trial, taste, best) / cell.gpus[best]!)
    change(cell, trial, best, Math.max(1, Math.min(whole >> 1, fit)))
  }
  return true
}

const roomFor = (cell: Cell, { used }: Trial, { room }: Taste, i: number): number =>
  room[cell.pool[i]!]! - used[cell.pool[i]!]! + 1e-9

function cheapest(cell: Cell, trial: Trial, taste: Taste): number {
  const { bins, region, pool, gpus, capacity, fixed, perToken } = cell
  const { prices, noise, random } = taste
  let best = -1
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < bins.length; i++) {
    const need = trial.needs[region[i]!]!
    if (need <= 0 || gpus[i]! > roomFor(cell, trial, taste, i)) continue
    const gain = Math.min(need, capacity[i]!)
    const cost = (fixed[i]! + gpus[i]! * prices[pool[i]!]!) / gain + perToken[i]!
    const score = noise > 0 ? cost * (1 + noise * random()) : cost
    if (score >= least) continue
    least = score
    best = i
  }
  return best
}

/**
 * Takes away every replica that the others can do without, the dearest energy a token first; all traffic
 * is carried, before and after.
 */
export function thin(cell: Cell, trial: Trial): void {
  const { bins, capacity, loads } = cell
  const { counts } = trial
  let room = 0
  for (let i = 0; i < bins.length; i++) room += counts[i]! * capacity[i]!
  for (let lane = 0; lane < loads.length; lane++) room -= loads[lane]!
  for (let i = bins.length - 1; i >= 0; i--) {
    // Where the others have less room than its capacity, it is needed: a quick no for most.
    while (counts[i]! > 0 && room >= capacity[i]! && isSpared(cell, trial, i)) {
      change(cell, trial, i, -1)
      room -= capacity[i]!
    }
  }
}

/** Whether one replica less of bin `i` still carries everything. */
function isSpared(cell: Cell, trial: Trial, i: number): boolean {
  trial.counts[i]! -= 1
  const isEnough = carriesAll(cell, trial) && missingReplicas(cell, trial) === 0
  trial.counts[i]! += 1
  return isEnough
}

/** Removes one to three replicas. @returns false where there are none */
export function ruin(cell: Cell, trial: Trial, random: () => number): boolean {
  let removed = false
  for (let round = 1 + Math.floor(3 * random()); round > 0; round--) {
    let seen = 0
    let chosen = -1
    for (let i = 0; i < cell.bins.length; i++) {
      if (trial.counts[i]! > 0 && random() * ++seen < 1) chosen = i
    }
    if (chosen < 0) break
    change(cell, trial, chosen, -1)
    removed = true
  }
  return removed
}
