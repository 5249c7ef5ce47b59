import type { Cell } from './cell.ts'
import { pushAll, startRouting } from './router.ts'
import type { Trial } from './trial.ts'

/**
 * Whether the replicas carry all traffic, at whatever cost: lanes fill regions one after the other, then
 * what is left comes where there is room, with whatever has to move for it. Regions have their replicas'
 * room in place of the trial's `needs`.
 */
export function carriesAll(cell: Cell, trial: Trial): boolean {
  const { bins, region, capacity, loads, reaches, regionCount: R } = cell
  const { counts, needs: room, router } = trial
  room.fill(0, 0, R)
  for (let i = 0; i < bins.length; i++) room[region[i]!]! += counts[i]! * capacity[i]!
  startRouting(router, loads, 0, loads.length, R)
  let missing = 0
  let total = 0
  for (let lane = 0; lane < loads.length; lane++) {
    missing += fillRegions(cell, trial, lane)
    total += loads[lane]!
  }
  const tolerance = 1e-9 * total
  for (let r = 0; r < R && missing > tolerance; r++) {
    missing -= pushAll(router, reaches, loads.length, R, r, room[r]!, tolerance)
  }
  return loads.every((load, lane) => router.unserved[lane]! <= 1e-9 * load)
}

/** @returns what the lane leaves where it moves nothing */
function fillRegions(cell: Cell, { needs: room, router }: Trial, lane: number): number {
  const { reaches, regionCount: R } = cell
  let rest = cell.loads[lane]!
  for (let r = 0; r < R && rest > 0; r++) {
    if (reaches[lane * R + r] === 0) continue
    const part = Math.min(rest, room[r]!)
    router.flows[lane * R + r] = part
    room[r]! -= part
    rest -= part
  }
  router.unserved[lane] = rest
  return rest
}
