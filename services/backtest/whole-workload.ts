import { strongestPeer } from './ceiling.ts'
import type { ComparedPolicy } from './compare.ts'
import type { DeferrableResult } from './deferrable/play-jobs.ts'
import type { PolicyResult } from './play-policy.ts'

/**
 * Interactive and deferrable work of the first reported run in one total: ours, with regions of jobs free,
 * against the best pair of published rules, one for each kind of work.
 */
export interface WholeWorkload {
  readonly gridtideG: number
  readonly peersG: number
  readonly interactivePeer: string
  readonly deferrablePeer: string
  /** Its jobs that end late; ours end in time. */
  readonly peerLateJobs: number
  /** The rule of thumb, with jobs run at once. */
  readonly staticG: number
  /** Of the rule of thumb's total: the mix is of the scenario's making. */
  readonly deferrableShare: number
}

/** @returns undefined where one of the two was not played, or ours does not count */
export function wholeWorkload(
  compared: readonly ComparedPolicy[],
  results: readonly PolicyResult[],
  deferrable: readonly DeferrableResult[],
): WholeWorkload | undefined {
  const firstG = (id: string) => results.find(({ policy }) => policy === id)?.runs[0]?.carbonG
  const jobsG = (id: string) => deferrable.find(({ policy }) => policy === id)?.carbonG
  const peer = strongestPeer(compared)
  const batchPeer = deferrable
    .filter(({ kind }) => kind === 'peer')
    .toSorted((a, b) => a.carbonG - b.carbonG)[0]
  const oursCounts = compared.some(({ policy, counts }) => policy === 'gridtide' && counts)
  const ours = [oursCounts ? firstG('gridtide') : undefined, jobsG('gridtide-anywhere')]
  const reference = [firstG('static'), jobsG('run-now')]
  if (!peer || !batchPeer || !isWhole(ours) || !isWhole(reference)) return undefined
  const staticG = reference[0] + reference[1]
  return {
    gridtideG: ours[0] + ours[1],
    peersG: firstG(peer.policy)! + batchPeer.carbonG,
    interactivePeer: peer.policy,
    deferrablePeer: batchPeer.policy,
    peerLateJobs: batchPeer.lateJobs,
    staticG,
    deferrableShare: reference[1] / staticG,
  }
}

const isWhole = (parts: readonly (number | undefined)[]): parts is readonly [number, number] =>
  parts.every((part) => part !== undefined)
