import type { ArenaModel } from './arena.ts'

/** Scratch and result of one routing: overwritten by the next. */
export interface Routed {
  /** By bin: tokens/s it carries. */
  readonly loads: Float64Array
  /** By origin: tokens/s that find no room. */
  readonly unserved: Float64Array
  /** tokens/s times the latency they travel. */
  latency: number
}

export const newRouted = ({ bins, origins }: ArenaModel): Routed => ({
  loads: new Float64Array(bins.length),
  unserved: new Float64Array(origins.length),
  latency: 0,
})

/**
 * Sends traffic where it may go until it finds room, origins with the fewest regions first. Every
 * policy has this gateway: what finds no room where it was meant to go spills over.
 *
 * @param counts replicas by bin
 * @param offered tokens/s by origin
 * @param order bins as they are to be filled; without it each origin's nearest region first
 */
export function route(
  model: ArenaModel,
  counts: ArrayLike<number>,
  offered: ArrayLike<number>,
  order: Int32Array | undefined,
  into: Routed,
): void {
  into.loads.fill(0)
  into.latency = 0
  for (const o of byChoice(model)) {
    const rest = fill(model, counts, offered[o]!, model.origins[o]!.latencyMs, {
      order: order ?? nearestFirst(model, o),
      into,
    })
    into.unserved[o] = rest > SLACK * offered[o]! ? rest : 0
  }
}

/** Below this share of an origin's traffic, what is left is rounding. */
const SLACK = 1e-6

/** @returns tokens/s that found no room */
function fill(
  { bins }: ArenaModel,
  counts: ArrayLike<number>,
  offered: number,
  latencyMs: Float64Array,
  { order, into }: { readonly order: Int32Array; readonly into: Routed },
): number {
  let rest = offered
  for (const b of order) {
    if (rest <= SLACK * offered) break
    const { capacity, region } = bins[b]!
    const ms = latencyMs[region]!
    const room = counts[b]! * capacity - into.loads[b]!
    if (room <= 0 || ms === Number.POSITIVE_INFINITY) continue
    const load = Math.min(rest, room)
    into.loads[b]! += load
    into.latency += load * ms
    rest -= load
  }
  return rest
}

const choices = new WeakMap<ArenaModel, readonly number[]>()
function byChoice(model: ArenaModel): readonly number[] {
  const known = choices.get(model)
  if (known) return known
  const { origins } = model
  const order = [...origins.keys()].sort(
    (a, b) => origins[a]!.regions.length - origins[b]!.regions.length,
  )
  choices.set(model, order)
  return order
}

const nearest = new WeakMap<ArenaModel, readonly Int32Array[]>()
function nearestFirst(model: ArenaModel, o: number): Int32Array {
  const known = nearest.get(model)
  if (known) return known[o]!
  const { bins, origins } = model
  const ordered = origins.map(({ home, latencyMs }) => {
    const distance = (b: number) => (bins[b]!.region === home ? -1 : latencyMs[bins[b]!.region]!)
    return Int32Array.from(bins.keys()).sort(
      (a, b) => distance(a) - distance(b) || bins[a]!.tokenJoules - bins[b]!.tokenJoules,
    )
  })
  nearest.set(model, ordered)
  return ordered[o]!
}
