import { type Choice, hold, overload, pick, pickFavourites } from './choice.ts'
import type { Mix } from './mix.ts'

const ROUNDS = 3
/** Switches that may follow one that saves but does not fit. */
const LONGEST_CHAIN = 4
/** Switches a model to make the favourites fit. */
const REPAIRS = 8

/**
 * A multiple-choice knapsack with one constraint a pool: the favourites at the prices, repaired to
 * fit, then chains of switches as long as one saves.
 *
 * @returns whether the picks fit the pools
 */
export function chooseMixes(choice: Choice, prices: Float64Array): boolean {
  pickFavourites(choice, prices)
  const most = Number.POSITIVE_INFINITY
  if (!repair(choice, prices, { steps: REPAIRS * choice.options.length, most, fixed: -1 })) {
    return false
  }
  improveChoice(choice)
  return true
}

/** Chains of switches, each begun by one that saves, as long as a whole chain fits and saves. */
export function improveChoice(choice: Choice): void {
  const free = new Float64Array(choice.room.length)
  for (let round = 0; round < ROUNDS; round++) {
    let saved = false
    for (const m of choice.options.keys()) saved = improveModel(choice, m, free) || saved
    if (!saved) return
  }
}

function improveModel(choice: Choice, m: number, free: Float64Array): boolean {
  const { options, costs, picks } = choice
  let saved = false
  for (let o = 0; o < options[m]!.length; o++) {
    const most = costs[m]![picks[m]!]! - costs[m]![o]!
    if (most <= 1e-9) continue
    const before = picks.slice()
    pick(choice, m, o)
    if (repair(choice, free, { steps: LONGEST_CHAIN, most, fixed: m })) saved = true
    else undo(choice, before)
  }
  return saved
}

function undo(choice: Choice, before: Int32Array): void {
  for (let m = 0; m < before.length; m++) {
    if (choice.picks[m] !== before[m]) pick(choice, m, before[m]!)
  }
}

interface RepairLimits {
  readonly steps: number
  /** Objective that it must stay below. */
  readonly most: number
  /** The model that keeps its option; -1: none. */
  readonly fixed: number
}

/**
 * Switches models until every pool fits, each time the switch that costs least for the overload it
 * takes away. @returns false, with everything as far as it came, where that is not to be had
 */
function repair(choice: Choice, prices: Float64Array, limits: RepairLimits): boolean {
  const { costs, picks } = choice
  let spent = 0
  for (let step = 0; step <= limits.steps; step++) {
    if (overload(choice) <= 1e-9) return true
    const relief = cheapestRelief(choice, prices, limits.fixed, limits.most - spent)
    if (relief === NO_SWITCH) return false
    const { model: m, option } = relief
    spent += costs[m]![option]! - costs[m]![picks[m]!]!
    pick(choice, m, option)
  }
  return false
}

interface Switch {
  readonly model: number
  readonly option: number
  /** Objective, GPUs at their prices, for each GPU of overload that it takes away. */
  readonly score: number
}

const NO_SWITCH: Switch = { model: -1, option: -1, score: Number.POSITIVE_INFINITY }

function cheapestRelief(choice: Choice, prices: Float64Array, fixed: number, most: number): Switch {
  let best = NO_SWITCH
  for (let m = 0; m < choice.options.length; m++) {
    if (m !== fixed) best = reliefBy(choice, m, prices, most, best)
  }
  return best
}

/** The best switch of one model, if it beats the given one. */
function reliefBy(
  { options, costs, picks, room, used }: Choice,
  m: number,
  prices: Float64Array,
  most: number,
  given: Switch,
): Switch {
  const now = options[m]![picks[m]!]!
  const cost = costs[m]![picks[m]!]!
  hold(used, now, -1)
  const over = excess(now, room, used)
  const value = cost + worth(now, prices)
  let best = given
  for (let o = 0; over > 0 && o < options[m]!.length; o++) {
    const next = options[m]![o]!
    if (costs[m]![o]! - cost >= most - 1e-9) continue
    const relief = over - excess(next, room, used)
    if (relief <= 1e-9) continue
    const score = Math.max(costs[m]![o]! + worth(next, prices) - value, 1e-9) / relief
    if (score < best.score) best = { model: m, option: o, score }
  }
  hold(used, now, 1)
  return best
}

/** GPUs above the room that come with the mix, where `used` is without it. */
function excess({ pools, gpus }: Mix, room: Float64Array, used: Float64Array): number {
  let over = 0
  for (let i = 0; i < pools.length; i++) {
    const free = Math.max(0, room[pools[i]!]! - used[pools[i]!]!)
    over += Math.max(0, gpus[i]! - free)
  }
  return over
}

function worth({ pools, gpus }: Mix, prices: Float64Array): number {
  let sum = 0
  for (let i = 0; i < pools.length; i++) sum += prices[pools[i]!]! * gpus[i]!
  return sum
}
