import { type Mix, worthOf } from './mix.ts'

/** Mixes of every model in one window, of which one each is to be chosen within the pools. */
export interface Choice {
  readonly options: readonly (readonly Mix[])[]
  /** By model and option: objective, starts as the caller counts them. */
  readonly costs: readonly Float64Array[]
  /** GPUs by pool: those there are, and those of the picks. */
  readonly room: Float64Array
  readonly used: Float64Array
  /** By model: the option chosen. */
  readonly picks: Int32Array
}

export const chosenMix = ({ options, picks }: Choice, m: number): Mix => options[m]![picks[m]!]!

/** Objective of the picks. */
export function choiceCost({ costs, picks }: Choice): number {
  let cost = 0
  for (let m = 0; m < costs.length; m++) cost += costs[m]![picks[m]!]!
  return cost
}

/** GPUs of the picks above what there is. */
export function overload({ room, used }: Choice): number {
  let over = 0
  for (let p = 0; p < room.length; p++) over += Math.max(0, used[p]! - room[p]!)
  return over
}

/** Adds (or, with -1, takes away) what a mix holds. */
export function hold(used: Float64Array, { pools, gpus }: Mix, sign: 1 | -1): void {
  for (let i = 0; i < pools.length; i++) used[pools[i]!]! += sign * gpus[i]!
}

export function pick(choice: Choice, m: number, option: number): void {
  hold(choice.used, chosenMix(choice, m), -1)
  choice.picks[m] = option
  hold(choice.used, chosenMix(choice, m), 1)
}

/** Objective of an option with its GPUs at the given prices. */
export function pricedCost(
  { options, costs }: Choice,
  m: number,
  option: number,
  prices: Float64Array,
): number {
  return costs[m]![option]! + worthOf(options[m]![option]!, prices)
}

/** Every model takes the option that is cheapest at the prices, whether all fit or not. */
export function pickFavourites(choice: Choice, prices: Float64Array): void {
  choice.used.fill(0)
  for (let m = 0; m < choice.options.length; m++) {
    let least = Number.POSITIVE_INFINITY
    for (let o = 0; o < choice.options[m]!.length; o++) {
      const cost = pricedCost(choice, m, o, prices)
      if (cost >= least) continue
      least = cost
      choice.picks[m] = o
    }
    hold(choice.used, chosenMix(choice, m), 1)
  }
}
