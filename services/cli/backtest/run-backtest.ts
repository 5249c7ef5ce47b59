import {
  type BacktestOutcome,
  ceilingOf,
  comparePolicies,
  type DeferrableResult,
  type GridRecord,
  type JobsJob,
  liveSignalAdds,
  type PolicyJob,
  type PolicyResult,
  playedLevers,
  priceOfNotKnowing,
  wholeWorkload,
} from '../../backtest/index.ts'
import type { Fleet } from '../../fleet/index.ts'
import type { Threads } from '../../platform/threads.ts'
import { taskModule } from '../../wiring/task-module.ts'
import type { OpenedRecords } from './open-record.ts'
import { playAll } from './play-all.ts'
import { varyAssumptions } from './vary-assumptions.ts'

export interface BacktestRequest {
  readonly fleet: Fleet
  readonly from: string
  readonly to: string
  readonly seed: number
  /** Of `POLICIES` and `FLOORS`. */
  readonly policies: readonly string[]
  readonly tuned?: readonly GridRecord[]
  /** Policies of the sensitivity table beside `static`; none leaves it out. */
  readonly varied: readonly string[]
  /** Deferrable work of the first record, which then has an outlook. */
  readonly jobs: JobsJob['jobs']
}

export interface BacktestPorts {
  readonly threads: Threads
  readonly folder?: string
  readonly onProgress: (what: string, share: number) => void
  /** Told how long each policy took, now or when its kept result was made. */
  readonly onPlayed?: (windows: number, seconds: number) => void
}

/** Plays all policies on what happened and compares them. */
export async function runBacktest(
  request: BacktestRequest,
  opened: OpenedRecords,
  { threads, folder, onProgress, onPlayed }: BacktestPorts,
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
  const timed = await play(jobs, 'playing')
  for (const { windows, seconds } of timed) onPlayed?.(windows, seconds)
  const results = timed.map(({ seconds: _, ...result }): PolicyResult => result)
  const work: JobsJob = { arena, record: records[0]!, jobs: request.jobs }
  const deferrable = await threads.run<readonly DeferrableResult[]>(taskModule('play-jobs'), work)
  const compared = comparePolicies(results, seed)
  const added = liveSignalAdds(compared)
  const ceiling = ceilingOf(compared)
  const whole = wholeWorkload(compared, results, deferrable)
  return {
    fleet: fleet.name,
    from: request.from,
    to: request.to,
    seed,
    signal: fleet.signal,
    basis: fleet.basis,
    compared,
    ...(ceiling && { ceiling }),
    priceOfNotKnowing: priceOfNotKnowing(records),
    levers: playedLevers(compared, deferrable),
    deferrable,
    ...(whole && { wholeWorkload: whole }),
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
