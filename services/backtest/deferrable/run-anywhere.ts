import {
  type BatchJob,
  type CapacityLedger,
  capacityLedger,
  ownLevel,
  type Piece,
  placeJob,
  untouched,
} from '../../batch/index.ts'
import type { Arena } from '../arena.ts'
import type { KnownAndTrue } from './outlooks.ts'
import { type Run, runOnce, type Throughput } from './run-job.ts'

/** A job that ran, and where. */
export interface PlacedRun {
  readonly run: Run
  readonly region: string
}

const HOUR_MS = 3_600_000

/**
 * Our rule where a job may run in any region with the same GPUs and hosts: region, start, pieces and size
 * are chosen when it comes in, from the forecast of then. A region takes no more GPUs at a time than it
 * would need at most if all jobs ran at once where they were handed in. What finds no room in time runs
 * at once at home, as it would have.
 *
 * @param atOnce how each job runs when it starts at once at home
 */
export function runAnywhere(
  arena: Arena,
  jobs: readonly BatchJob[],
  grids: ReadonlyMap<string, KnownAndTrue>,
  atOnce: readonly Run[],
  throughput: Throughput,
): readonly PlacedRun[] {
  const truths = [...grids.values()].map(({ truth }) => truth)
  const spanMs = Math.max(...jobs.map(({ deadline }) => deadline.atMs)) - truths[0]!.startMs
  const room = peakGpus(atOnce)
  const ledger = capacityLedger(truths, (region) => room.get(region) ?? 0, spanMs)
  const byArrival = [...jobs.keys()].sort(
    (a, b) => jobs[a]!.earliestStartMs - jobs[b]!.earliestStartMs,
  )
  const placed = new Array<PlacedRun>(jobs.length)
  for (const i of byArrival) {
    const job = jobs[i]!
    const nowMs = job.earliestStartMs
    const home = job.regions[0]!
    const outlooks = new Map([...grids].map(([region, { known }]) => [region, known(nowMs)]))
    const roaming = { ...job, regions: alike(arena, home) }
    const found = placeJob(roaming, untouched(job), { nowMs, outlooks, ledger })
    const { region, pieces } = found ?? { region: home, pieces: atOnce[i]!.pieces }
    take(job, pieces, region, ledger)
    placed[i] = { run: runOnce(job, pieces, throughput), region }
  }
  return placed
}

/** Regions where a GPU at work draws as much as at home, home first. */
function alike({ problem }: Arena, home: string): readonly string[] {
  const own = problem.regions.find(({ id }) => id === home)!
  const others = problem.regions.filter(
    ({ id, pools, hostWattsPerGpu }) =>
      id !== home && pools[0]!.gpu === own.pools[0]!.gpu && hostWattsPerGpu === own.hostWattsPerGpu,
  )
  return [home, ...others.map(({ id }) => id)]
}

function take(
  job: BatchJob,
  pieces: readonly Piece[],
  region: string,
  ledger: CapacityLedger,
): void {
  for (const piece of pieces) {
    ledger.take(region, piece.startMs, piece.endMs, ownLevel(job, piece).gpus)
  }
}

/** By region: GPUs of its busiest hour, an hour counted whole for every job that runs in it. */
function peakGpus(runs: readonly Run[]): ReadonlyMap<string, number> {
  const busy = new Map<string, Map<number, number>>()
  for (const { job, pieces } of runs) {
    const hours = busy.get(job.regions[0]!) ?? new Map<number, number>()
    busy.set(job.regions[0]!, hours)
    for (const piece of pieces) {
      const { gpus } = ownLevel(job, piece)
      for (let hour = Math.floor(piece.startMs / HOUR_MS); hour * HOUR_MS < piece.endMs; hour++) {
        hours.set(hour, (hours.get(hour) ?? 0) + gpus)
      }
    }
  }
  return new Map([...busy].map(([region, hours]) => [region, Math.max(...hours.values())]))
}
