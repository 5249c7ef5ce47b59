import {
  type BacktestOutcome,
  comparePolicies,
  type GridRecord,
  liveSignalAdds,
  type PolicyJob,
  type PolicyResult,
  playedLevers,
  VARIATIONS,
} from '../../backtest/index.ts'
import type { Fleet } from '../../fleet/index.ts'
import type { Threads } from '../../platform/threads.ts'
import type { OpenedRecords } from './open-record.ts'
import { playAll } from './play-all.ts'

export interface BacktestRequest {
  readonly fleet: Fleet
  readonly from: string
  readonly to: string
  readonly seed: number
  /** Of `POLICIES`, with `clairvoyant`. */
  readonly policies: readonly string[]
  readonly tuned?: readonly GridRecord[]
  /** Policies of the sensitivity table beside `static`; none leaves it out. */
  readonly varied: readonly string[]
}

export interface BacktestPorts {
  readonly threads: Threads
  readonly folder?: string
  readonly onProgress: (what: string, share: number) => void
}

/** Plays all policies on what happened and compares them. */
export async function runBacktest(
  request: BacktestRequest,
  opened: OpenedRecords,
  { threads, folder, onProgress }: BacktestPorts,
): Promise<BacktestOutcome> {
  const { fleet, seed, policies } = request
  const { arena, records } = opened
  const play = (jobs: readonly PolicyJob[], what: string) =>
    playAll(jobs, {
      threads,
      ...(folder !== undefined && { folder }),
      onProgress: (share) => onProgress(what, share),
    })
  const jobs = policies.map((policy) => ({
    policy,
    arena,
    tuning: request.tuned ?? [],
    reported: records,
    seed,
  }))
  const results = await play(jobs, 'playing')
  const compared = comparePolicies(results, seed)
  const added = liveSignalAdds(compared)
  return {
    fleet: fleet.name,
    from: request.from,
    to: request.to,
    seed,
    signal: fleet.signal,
    basis: fleet.basis,
    compared,
    levers: playedLevers(compared),
    ...(added !== undefined && { liveSignalAdds: added }),
    ...firstRun(opened),
    sensitivity: await varyAssumptions(request, opened, results, play),
    results,
  }
}

/** What the charts of the first run need. */
function firstRun({ arena, records }: OpenedRecords) {
  const record = records[0]!
  const perHour = Math.round(3600 / record.windowSeconds)
  const first = record.leadWindows
  const hours = Math.floor((record.windowCount - first) / perHour)
  const at = (hour: number) => first + hour * perHour
  const list = <X>(of: (hour: number) => X): X[] => Array.from({ length: hours }, (_, h) => of(h))
  return {
    regions: arena.problem.regions.map(({ id, zone }, r) => ({
      id,
      zone,
      hourlyG: list((hour) => record.actual[r]![at(hour)]!),
    })),
    hourlyTokensPerSecond: list((hour) =>
      record.demand.flat().reduce((sum, rates) => sum + rates[at(hour)]!, 0),
    ),
  }
}

async function varyAssumptions(
  { varied, seed }: BacktestRequest,
  opened: OpenedRecords,
  results: readonly PolicyResult[],
  play: (jobs: readonly PolicyJob[], what: string) => Promise<PolicyResult[]>,
): Promise<BacktestOutcome['sensitivity']> {
  if (varied.length === 0) return []
  const table: BacktestOutcome['sensitivity'][number][] = []
  for (const [index, variation] of VARIATIONS.entries()) {
    const { arena, records } = opened.vary(variation)
    const jobs = ['static', ...varied].flatMap((policy) => {
      const tuned = results.find((result) => result.policy === policy)
      const first = records.slice(0, 1)
      return tuned ? [{ policy, arena, tuning: [], reported: first, knobs: tuned.knobs, seed }] : []
    })
    const share = index / VARIATIONS.length
    const [reference, ...others] = await play(jobs, `assumptions, ${Math.round(100 * share)} %`)
    const staticG = reference!.runs[0]!.carbonG
    const saving = others.map(({ policy, runs }) => [policy, 1 - runs[0]!.carbonG / staticG])
    table.push({ name: variation.name, saving: Object.fromEntries(saving) })
  }
  return table
}
