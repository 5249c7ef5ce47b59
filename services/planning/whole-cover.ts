import type { Cover } from './cover.ts'
import type { Link } from './cover-chain.ts'
import {
  addFull,
  addLast,
  type Kind,
  type Layer,
  newLayer,
  replicasBehind,
} from './cover-layers.ts'

const ROUNDING = 1e-12
const LEAST_STEPS = 200

interface Grid {
  /** For a replica of middling size, and altogether. */
  readonly stepsPerReplica: number
  readonly mostSteps: number
  readonly careful: boolean
  /** Whether the replicas are asked for beside the value. */
  readonly traced: boolean
}

/** The cheapest whole replicas for a relaxed cover. */
interface WholeCover {
  /** Infinity where the bins cannot carry the traffic, however many. */
  readonly value: number
  /** By bin, one choice of this value; only where traced. */
  counts(): Int32Array
}

/**
 * A lower bound on a cover without offers, by dynamic programming over the tokens/s carried: exact but
 * for two relaxations. Capacities are rounded up to a grid, and of where traffic may go only the
 * chain of region sets is kept.
 *
 * With whole replicas given, loads are a flow with nested limits, so in the best one all replicas of
 * a link are full or empty but one: full ones are a knapsack, the last one a sliding minimum.
 *
 * @param grid.careful capacities are rounded down instead: no bound, but what carries the traffic
 */
export function wholeCover(
  cover: Cover,
  links: readonly Link[],
  { stepsPerReplica, mostSteps, careful, traced }: Grid,
): WholeCover {
  const { loads, capacity, minReplicas } = cover
  const total = sum(loads)
  const wanted = Math.ceil((stepsPerReplica * total * capacity.length) / sum(capacity))
  const steps = Math.min(mostSteps, Math.max(LEAST_STEPS, wanted))
  const kinds = Array.from(capacity, (_, b) => kindOf(cover, b, total / steps, careful))
  const largest = capacity.reduce((a, b) => Math.max(a, b), 0)
  // Where the traffic alone takes so many replicas, the floor need not be counted.
  const counted = total > (minReplicas - 1) * largest ? 0 : minReplicas
  const layers: Layer[] = []
  for (const { bins, captive } of links) {
    const layer = newLayer(layers.at(-1), counted, steps, traced)
    const own = bins.map((b) => kinds[b]!)
    for (const kind of own) addFull(layer, kind)
    const least = Math.min(steps, Math.floor((captive / total) * steps * (1 - ROUNDING)))
    addLast(layer, own, least)
    for (const row of layer.rows) row.fill(Number.POSITIVE_INFINITY, 0, least)
    layers.push(layer)
  }
  return {
    value: layers.at(-1)!.rows[counted]![steps]!,
    counts: () => replicasBehind(layers, kinds),
  }
}

function kindOf(
  { capacity, fixed, perToken }: Cover,
  bin: number,
  step: number,
  careful: boolean,
): Kind {
  const exact = capacity[bin]! / step
  const size = careful ? Math.floor(exact * (1 + ROUNDING)) : Math.ceil(exact * (1 - ROUNDING))
  return {
    bin,
    size: Math.max(1, size),
    fixed: fixed[bin]!,
    perStep: perToken[bin]! * step,
  }
}

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0)
