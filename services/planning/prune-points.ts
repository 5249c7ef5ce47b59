import type { OperatingPoint } from '../fitting/index.ts'

/** A point and what it draws before load, per region (W): host share and parking credit counted. */
export interface PricedPoint {
  readonly point: OperatingPoint
  readonly fixedWatts: readonly number[]
}

/** Dynamic energy of one output token. */
export const joulesPerToken = (point: OperatingPoint): number =>
  (point.busyWatts - point.idleWatts) / point.capacityTokensPerSecond

/**
 * Drops every point that another point of the same GPU type beats or equals in capacity, GPUs,
 * fixed draw in every region, energy a token and start: exact, whatever carbon and prices are.
 *
 * @param keep ids that stay in any case, since replicas of them run already or are pinned
 */
export function prunePoints(
  points: readonly PricedPoint[],
  keep: ReadonlySet<string>,
): readonly PricedPoint[] {
  return points.filter(
    (candidate, index) =>
      keep.has(candidate.point.id) ||
      !points.some(
        (other, otherIndex) =>
          otherIndex !== index &&
          dominates(other, candidate) &&
          // Of two equal points the first stays.
          (otherIndex < index || !dominates(candidate, other)),
      ),
  )
}

function dominates(a: PricedPoint, b: PricedPoint): boolean {
  return (
    a.point.variant.gpu === b.point.variant.gpu &&
    a.point.capacityTokensPerSecond >= b.point.capacityTokensPerSecond &&
    a.point.gpusPerReplica <= b.point.gpusPerReplica &&
    joulesPerToken(a.point) <= joulesPerToken(b.point) &&
    a.point.startJoules <= b.point.startJoules &&
    a.point.startSeconds <= b.point.startSeconds &&
    a.fixedWatts.every((fixed, region) => fixed <= b.fixedWatts[region]!)
  )
}
