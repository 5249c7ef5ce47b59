import type { CapacityLedger } from './capacity-ledger.ts'
import { type BatchJob, ownLevel, type Placement } from './job.ts'
import { type RegionOutlook, windowAt } from './outlook.ts'
import type { WarmLedger } from './warm-ledger.ts'

/** Where jobs take from. */
export interface Ledgers {
  readonly ledger: CapacityLedger
  readonly warm?: WarmLedger
}

/** What a job is to have, and were throughput slow. */
export type Held = Pick<Placement, 'region' | 'pieces' | 'reserve'>

/**
 * Takes from the ledgers what a placement uses, and what it would need were throughput as slow as it
 * may be: of each window the most that it may want there.
 *
 * @param sign -1 gives back what was taken
 */
export function holdGpus(
  job: BatchJob,
  { region, pieces, reserve }: Held,
  { ledger, warm, outlooks }: Ledgers & { readonly outlooks: ReadonlyMap<string, RegionOutlook> },
  sign: 1 | -1 = 1,
): void {
  const outlook = outlooks.get(region)!
  const { startMs, windowMs } = outlook
  const most = new Map<number, number>()
  for (const piece of [...pieces, ...reserve]) {
    const { gpus } = ownLevel(job, piece)
    const last = windowAt(outlook, piece.endMs - 1)
    for (let window = windowAt(outlook, piece.startMs); gpus > 0 && window <= last; window++) {
      most.set(window, Math.max(gpus, most.get(window) ?? 0))
    }
  }
  for (const [window, gpus] of most) {
    const atMs = startMs + window * windowMs
    ledger.take(region, atMs, atMs + windowMs, sign * gpus)
  }
  for (const { startMs, warm: share } of pieces) {
    if (share) warm?.take(region, job.model!, startMs, sign * share.workPerHour)
  }
}
