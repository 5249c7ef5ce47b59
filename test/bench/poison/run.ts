import { setTimeout as pause } from 'node:timers/promises'
import { openLog } from '../../../services/platform/log.ts'
import { openEngine } from '../../../services/wiring/engine.ts'
import { randomFrom } from '../batch/random.ts'
import { type Programs, startCrew } from './crew.ts'
import { healthy, isPoison, type PoisonPlace, poison, requestOf } from './jobs.ts'

export interface PoisonLoad {
  readonly workers: number
  readonly healthyPerSecond: number
  readonly seconds: number
  /** Poison jobs, each at an instant of its own: together with healthy ones only by chance. */
  readonly poison: number
}

export interface PoisonReport {
  readonly healthy: number
  /** Not done at the end. */
  readonly healthyLost: number
  readonly healthyParked: number
  /** Longest that this process itself came to nothing: of the machine, not of the queue. */
  readonly longestPauseMs: number
  /** They ran beside one that killed, and over 9 s late: a worker's death is noticed by its locks. */
  readonly healthyLate: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly poison: number
  readonly parked: number
  readonly mostStarts: number
  readonly deaths: number
}

/** A worker's death is noticed 15 s later at most; then there are two starts more. */
const PATIENCE_MS = 10 * 60_000
const LATE_MS = 9_000
/** Processes that have just started are slow. */
const SETTLE_MS = 5_000
const TICK_MS = 10
const SEED = 7

/** Feeds a crew with healthy jobs at a steady rate, and with poison; delays count from the due instant. */
export async function runPoison(
  programs: Programs,
  place: PoisonPlace,
  load: PoisonLoad,
): Promise<PoisonReport> {
  const starts = new Map<number, number>()
  const doneAtMs = new Map<number, number>()
  const dueAtMs = new Map<number, number>()
  const crew = await startCrew(programs, place, load.workers, (what, job, atMs) => {
    if (what === 'started') starts.set(job, (starts.get(job) ?? 0) + 1)
    else doneAtMs.set(job, doneAtMs.get(job) ?? atMs)
  })
  const engine = await openEngine(place, openLog('silent'), {
    keyPrefix: place.keyPrefix,
    keep: { completed: 100, dead: 2 * load.poison + 100 },
  })
  const { queue } = engine
  await pause(SETTLE_MS)
  const wanted = load.healthyPerSecond * load.seconds
  const atRandom = randomFrom(SEED)
  const poisonAtMs = Array.from({ length: load.poison }, () => atRandom() * load.seconds * 1000)
  poisonAtMs.sort((a, b) => a - b)
  const adding: Promise<void>[] = []
  const startMs = performance.now()
  let [lastMs, longestPauseMs] = [0, 0]
  for (let fed = 0, poisoned = 0; fed < wanted; await pause(TICK_MS)) {
    const passedMs = performance.now() - startMs
    longestPauseMs = Math.max(longestPauseMs, Math.round(passedMs - lastMs))
    lastMs = passedMs
    for (; fed < Math.min(wanted, (passedMs / 1000) * load.healthyPerSecond); fed++) {
      dueAtMs.set(healthy(fed), startMs + (fed * 1000) / load.healthyPerSecond)
      adding.push(queue.add(requestOf(healthy(fed))))
    }
    for (
      ;
      poisonAtMs[poisoned]! < passedMs || (fed === wanted && poisoned < load.poison);
      poisoned++
    ) {
      adding.push(queue.add(requestOf(poison(poisoned))))
    }
  }
  await Promise.all(adding)
  const endMs = performance.now() + PATIENCE_MS
  for (let left = 1; left > 0 && performance.now() < endMs; await pause(500)) {
    const { waiting, active, delayed } = await queue.counts('account')
    left = waiting + active + delayed
  }
  const dead = await queue.dead('account', wanted + load.poison)
  const deaths = crew.deaths()
  await crew.end()
  await engine.close()
  const delaysMs = [...dueAtMs]
    .map(([job, dueMs]) => (doneAtMs.get(job) ?? Number.POSITIVE_INFINITY) - dueMs)
    .toSorted((a, b) => a - b)
  const at = (share: number) => Math.round(delaysMs[Math.ceil(share * delaysMs.length) - 1]!)
  const parked = dead.filter(({ id }) => isPoison(Number(id))).length
  return {
    healthy: wanted,
    healthyLost: delaysMs.filter((ms) => ms === Number.POSITIVE_INFINITY).length,
    healthyParked: dead.length - parked,
    longestPauseMs,
    healthyLate: delaysMs.filter((ms) => ms > LATE_MS).length,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    poison: load.poison,
    parked,
    mostStarts: Math.max(0, ...[...starts].filter(([job]) => isPoison(job)).map(([, n]) => n)),
    deaths,
  }
}
