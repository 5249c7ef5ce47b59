import { type Choice, choiceCost, hold, overload, pick, pickFavourites } from './choice.ts'
import type { Mix } from './mix.ts'

/** Switches of one search, and steps for which an option that was left is not taken again. */
const STEPS = 200
const TENURE = 7
/** Fines of overload rise where it stays, and fall once everything fits. */
const DEARER = 1.15
const CHEAPER = 0.93
/** A GPU that is free at the prices is fined as this share of the mean cost of one. */
const LEAST_FINE = 0.1

/**
 * A multiple-choice knapsack with one constraint a pool, from the favourites at the prices.
 *
 * @returns whether the picks fit the pools
 */
export function chooseMixes(choice: Choice, prices: Float64Array): boolean {
  pickFavourites(choice, prices)
  return improveChoice(choice, prices)
}

/**
 * Tabu search over switches of one model, with fines for GPUs above what there is that swing about the
 * border of what fits. Glover, "Tabu Search - Part I", ORSA J. Comput. 1 (1989); the fines as in
 * Gendreau, Hertz and Laporte, "A tabu search heuristic for the vehicle routing problem" (1994).
 *
 * @returns whether the picks, the best seen, fit the pools
 */
export function improveChoice(choice: Choice, prices: Float64Array): boolean {
  const { options, picks, used } = choice
  const fines = firstFines(choice, prices)
  const barred = options.map((own) => new Int32Array(own.length).fill(-1))
  let best = Number.POSITIVE_INFINITY
  let bestPicks = picks.slice()
  for (let step = 0; step <= STEPS; step++) {
    const over = overload(choice) > 1e-9
    if (!over && choiceCost(choice) < best - 1e-9) {
      best = choiceCost(choice)
      bestPicks = picks.slice()
    }
    for (let p = 0; p < used.length; p++) fines[p]! *= fineFactor(choice, p, over)
    const { model, option } = cheapestSwitch(choice, fines, barred, step)
    if (model < 0) break
    barred[model]![picks[model]!] = step + TENURE
    pick(choice, model, option)
  }
  for (const [m, option] of bestPicks.entries()) if (picks[m] !== option) pick(choice, m, option)
  return best < Number.POSITIVE_INFINITY
}

function firstFines(choice: Choice, prices: Float64Array): Float64Array {
  const { used } = choice
  const perGpu =
    choiceCost(choice) /
    Math.max(
      1,
      used.reduce((a, b) => a + b, 0),
    )
  return prices.map((price) => price + LEAST_FINE * perGpu)
}

function fineFactor({ used, room }: Choice, p: number, over: boolean): number {
  if (!over) return CHEAPER
  return used[p]! > room[p]! + 1e-9 ? DEARER : 1
}

interface Switch {
  readonly model: number
  readonly option: number
}

/** Of all switches that are not barred, the one that leaves cost and fines lowest. */
function cheapestSwitch(
  choice: Choice,
  fines: Float64Array,
  barred: readonly Int32Array[],
  step: number,
): Switch {
  const { options, costs, picks, used, room } = choice
  let best: Switch = { model: -1, option: -1 }
  let least = Number.POSITIVE_INFINITY
  for (let m = 0; m < options.length; m++) {
    const own = options[m]!
    const now = own[picks[m]!]!
    hold(used, now, -1)
    const value = costs[m]![picks[m]!]! + fineOf(now, room, used, fines)
    for (let o = 0; o < own.length; o++) {
      if (o === picks[m] || barred[m]![o]! >= step) continue
      const change = costs[m]![o]! + fineOf(own[o]!, room, used, fines) - value
      if (change >= least) continue
      least = change
      best = { model: m, option: o }
    }
    hold(used, now, 1)
  }
  return best
}

/** Fines that come with the mix, where `used` is without it. */
function fineOf(
  { pools, gpus }: Mix,
  room: Float64Array,
  used: Float64Array,
  fines: Float64Array,
): number {
  let fine = 0
  for (let i = 0; i < pools.length; i++) {
    const p = pools[i]!
    const over = used[p]! + gpus[i]! - Math.max(room[p]!, used[p]!)
    if (over > 0) fine += over * fines[p]!
  }
  return fine
}
