import type { Cell } from './cell.ts'
import { type Choice, choiceCost, chosenMix, hold, pricedCost } from './choice.ts'
import { chooseMixes, improveChoice } from './choose-mixes.ts'
import { findMixes, type Seed } from './find-mixes.ts'
import type { Mix } from './mix.ts'
import { settlePrices } from './settle-prices.ts'
import type { Trial } from './trial.ts'

/** Rounds of mixes at ever better prices, then of mixes for the GPUs that the choice leaves free. */
const PRICE_ROUNDS = 3
const REFINE_ROUNDS = 2
/** Options of a model that are chosen from. */
const MOST_OPTIONS = 16

/** One window of all models, and what the rest of the horizon says of it. */
export interface WindowTask {
  readonly cells: readonly Cell[]
  /** By pool: objective of a GPU at the fractional optimum, and GPUs there are. */
  readonly prices: Float64Array
  readonly room: Float64Array
  /** By model: replicas to begin from. */
  readonly rounded: readonly Seed[]
  readonly before: readonly Seed[]
  /** Objective of the starts that a mix needs after the window before. */
  readonly startsOf: (m: number, mix: Mix) => number
  readonly random: () => number
  readonly trial: Trial
}

/**
 * Whole replicas for one window, all models together: column generation with mixes as columns. Each
 * round finds mixes at the prices, moves the prices to where the favourites fit the pools best, and
 * chooses. Then every model looks again for what fits into the GPUs the others leave.
 *
 * @returns by model; mixes may be above the pools where none were found that fit
 */
export function windowMixes(task: WindowTask): Mix[] {
  let state: State = { options: task.cells.map(() => []), prices: task.prices, centre: task.prices }
  for (let round = 0; round < PRICE_ROUNDS; round++) state = priceRound(task, state)
  let { best } = state
  if (!best) return unfit(task, state)
  for (let round = 0; round < REFINE_ROUNDS; round++) best = refined(task, best, state.prices)
  return best.options.map((_, m) => chosenMix(best, m))
}

interface State {
  readonly options: readonly Mix[][]
  /** Where the next mixes are looked for, and where the Lagrangian value was highest so far. */
  readonly prices: Float64Array
  readonly centre: Float64Array
  /** The cheapest choice that fits. */
  readonly best?: Choice
}

function priceRound(task: WindowTask, { options: known, prices, centre, best }: State): State {
  const all = choiceOf(
    task,
    known.map((mixes, m) => {
      const before = task.before[m]
      const seeds = [before, task.rounded[m], before, undefined, undefined]
      const { trial, room, random } = task
      return merged(mixes, findMixes(task.cells[m]!, trial, prices, room, seeds, random))
    }),
  )
  const there = settlePrices(all, centre)
  const here = prices === centre ? there : settlePrices(all, prices)
  const isBetter = here.firstValue > there.firstValue
  const settled = isBetter ? here : there
  const options = promising(all, settled.prices)
  const choice = choiceOf(task, options)
  const fits = chooseMixes(choice, settled.prices)
  const wins = fits && (!best || choiceCost(choice) < choiceCost(best))
  return {
    options,
    prices: settled.prices,
    centre: isBetter ? prices : centre,
    best: wins ? choice : best,
  }
}

/** The favourites as far as they can be repaired: what is above the pools is for others to settle. */
function unfit(task: WindowTask, { options, prices }: State): Mix[] {
  const choice = choiceOf(task, options)
  chooseMixes(choice, prices)
  return options.map((_, m) => chosenMix(choice, m))
}

/** New mixes for each model within what the others leave, and the chains that they open. */
function refined(task: WindowTask, choice: Choice, prices: Float64Array): Choice {
  const options = choice.options.map((known, m) => {
    const now = chosenMix(choice, m)
    const room = task.room.map((count, p) => count - choice.used[p]!)
    hold(room, now, 1)
    const seed: Seed = (b) => now.counts[now.bins.indexOf(b)] ?? 0
    const seeds = [seed, seed, seed, seed, undefined]
    // The pick stays first in the list.
    const others = known.filter((mix) => mix !== now)
    return merged(
      [now, ...others],
      findMixes(task.cells[m]!, task.trial, prices, room, seeds, task.random),
    )
  })
  const next = choiceOf(task, options)
  for (const mix of options.map(([first]) => first!)) hold(next.used, mix, 1)
  improveChoice(next, prices)
  return next
}

function merged(known: readonly Mix[], found: readonly Mix[]): Mix[] {
  const keys = new Set(known.map(({ key }) => key))
  return [...known, ...found.filter(({ key }) => !keys.has(key))]
}

/** Of every model the options that are cheapest at the prices. */
function promising(choice: Choice, prices: Float64Array): Mix[][] {
  return choice.options.map((mixes, m) => {
    const cost = mixes.map((_, o) => pricedCost(choice, m, o, prices))
    const ranked = [...mixes.keys()].sort((a, b) => cost[a]! - cost[b]!)
    return ranked.slice(0, MOST_OPTIONS).map((o) => mixes[o]!)
  })
}

function choiceOf({ room, startsOf }: WindowTask, options: readonly Mix[][]): Choice {
  return {
    options,
    costs: options.map((mixes, m) =>
      Float64Array.from(mixes, (mix) => mix.cost + startsOf(m, mix)),
    ),
    room,
    picks: new Int32Array(options.length),
    used: new Float64Array(room.length),
  }
}
