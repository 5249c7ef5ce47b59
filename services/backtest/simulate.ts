import type { LinearSolver } from '../planning/index.ts'
import type { Arena } from './arena.ts'
import type { Ledger } from './ledger.ts'
import type { Decision, Knobs, Policy, View } from './policy.ts'
import { expectedIntensity, type GridRecord } from './record.ts'
import { drawTruth } from './truth.ts'
import { openWorld, type World } from './world.ts'

export interface Run {
  readonly policy: Policy
  readonly knobs: Knobs
  /** The world's dice. */
  readonly seed: number
}

export interface SimulateOptions {
  /** Told after every window how many are done. */
  readonly onWindow?: (done: number) => void
  /** Shown every decision, with the window it was made at. */
  readonly onDecision?: (window: number, decision: Decision) => void
  /** Windows to simulate; all by default. */
  readonly windows?: number
  /** Asked after every window whether to leave the rest. */
  readonly isHopeless?: (soFar: Ledger) => boolean
}

/**
 * Metrics are means of the last minute, so what a window brings is known a minute after it began; then
 * every policy decides, and every guard looks.
 */
const SEEN_SECONDS = 60

/** Plays one policy against the record, closed loop: it decides, the world happens, it sees that. */
export function simulate(
  arena: Arena,
  record: GridRecord,
  { policy, knobs, seed }: Run,
  solver: LinearSolver,
  options: SimulateOptions = {},
): Ledger {
  const world = openWorld(arena, record, drawTruth(arena, seed))
  const controller = policy.open(arena, knobs, solver)
  const every = Math.max(1, Math.round((knobs.replanMinutes * 60) / record.windowSeconds))
  const count = options.windows ?? record.windowCount - record.leadWindows
  // Nothing ran before the first decision: what it asks for is there from the beginning.
  const secondsIn = (done: number) => (done === 0 ? 0 : SEEN_SECONDS)
  try {
    for (let done = 0; done < count; done++) {
      const window = record.leadWindows + done
      const phase = done % every
      const due = phase === 0 || isStrained(arena, record, world, window, knobs.guardUse)
      const view = due && viewOf(record, world, window, every - phase)
      const decision = view ? controller.decide(view) : undefined
      if (decision) options.onDecision?.(window, decision)
      world.step(window, decision, secondsIn(done))
      options.onWindow?.(done + 1)
      if (options.isHopeless?.(world.ledger)) break
    }
  } finally {
    controller.close()
  }
  return world.ledger
}

/** All that may be known in a window, a minute after it began. */
function viewOf(record: GridRecord, world: World, window: number, periodWindows: number): View {
  return {
    window,
    periodWindows,
    observed(model, origin, ago) {
      if (!(ago >= 1)) throw new RangeError('nobody has seen this window yet')
      return record.demand[model]![origin]![window + 1 - ago]!
    },
    expected: (region) => expectedIntensity(record, region, window, periodWindows),
    pastMean: (region) => record.pastMean[region]!,
    running: world.state.target.map((counts) => counts.slice()),
  }
}

/** Whether some model was short in the window before, or has too little room left in this one. */
function isStrained(
  arena: Arena,
  record: GridRecord,
  world: World,
  window: number,
  guardUse: number | undefined,
): boolean {
  if (guardUse === undefined) return false
  return arena.models.some(({ bins }, m) => {
    if (world.missed(m)) return true
    let capacity = 0
    for (const [b, bin] of bins.entries()) capacity += world.state.target[m]![b]! * bin.capacity
    let rate = 0
    for (const origin of record.demand[m]!) rate += origin[window]!
    return rate > guardUse * capacity
  })
}
