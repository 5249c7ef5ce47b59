import { type Cover, narrow, withBins } from './cover.ts'
import { type Chain, chainOf } from './cover-chain.ts'
import { wholeCover } from './whole-cover.ts'

/** Of more replicas rounding costs next to nothing. */
export const FEW = 40
/** Fine enough to lose a thousandth or two. */
const FINE = { stepsPerReplica: 160, mostSteps: 3_200, careful: false, traced: false }
/** Only to know which bins are worth a finer look. */
const ROUGH = { stepsPerReplica: 30, mostSteps: 600, careful: true, traced: false }

/**
 * The least that whole replicas for one model and window cost, at given prices: by dynamic programming
 * where they are few, in fractions where they are many.
 *
 * @returns a number that no choice is below
 */
export function replicaBound(given: Cover): number {
  const cover = narrow(given)
  if (cover.region.length === 0) return 0
  if (cover.loads.length === 0) return cover.minReplicas * Math.min(...cover.fixed)
  const chain = chainOf(cover)
  return chain.replicas > FEW ? chain.value : knapsackBound(cover, chain)
}

/** The same for fractions of replicas, without a floor on their number: at once, and never more. */
export function fractionalBound(cover: Cover): number {
  return cover.region.length > 0 ? chainOf(cover).value : 0
}

/** A choice with a bin that is left out costs more than the rough one, so the less of both is safe. */
function knapsackBound(cover: Cover, chain: Chain): number {
  const rough = wholeCover(cover, chain.links, ROUGH).value
  const bins = usefulBins(cover, chain, rough)
  // Replicas smaller than a step are rounded up even when rough, so that nothing may seem worth it.
  if (bins.length === 0) return chain.value
  const few = withBins(cover, bins)
  return Math.max(chain.value, Math.min(rough, wholeCover(few, chainOf(few).links, FINE).value))
}

/**
 * Without those of which one replica, however loaded, costs more than there is to lose.
 *
 * @param atMost cost of some replicas that carry the traffic
 */
export function usefulBins(cover: Cover, { value, worth }: Chain, atMost: number): number[] {
  const { region, capacity, fixed, perToken } = cover
  return [...region.keys()].filter((b) => {
    const loss = fixed[b]! + capacity[b]! * Math.min(0, perToken[b]! - worth[region[b]!]!)
    return value + loss <= atMost * (1 + 1e-9)
  })
}
