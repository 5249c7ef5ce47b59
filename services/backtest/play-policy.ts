import type { LinearSolver } from '../planning/index.ts'
import type { Arena } from './arena.ts'
import { levelSizes } from './best-of-level.ts'
import { judgeSetting } from './judge-setting.ts'
import { type Ledger, lateShare, missedShare } from './ledger.ts'
import { lowerBoundG } from './lower-bound.ts'
import { bestOfLevelPolicy, clairvoyant } from './policies/clairvoyant.ts'
import { POLICIES } from './policies/index.ts'
import type { Knobs, Policy } from './policy.ts'
import type { GridRecord } from './record.ts'
import { type SimulateOptions, simulate } from './simulate.ts'
import { type Summary, summarise } from './summary.ts'
import { drawTruth } from './truth.ts'
import { MOST_LATE, MOST_MISSED, TRIALS, type Trial, tune, widened } from './tune.ts'

/** All that one policy has to do, for one thread. */
export interface PolicyJob {
  /** Of `POLICIES`, or `FLOORS`. */
  readonly policy: string
  readonly arena: Arena
  /** Tuned on these; none: the knobs given, or as published. */
  readonly tuning: readonly GridRecord[]
  /** Reported on these. */
  readonly reported: readonly GridRecord[]
  readonly knobs?: Knobs
  /** The world's dice; every policy meets the same. */
  readonly seed: number
  readonly trials?: number
}

/** How a policy did; plain JSON. */
export interface PolicyResult {
  readonly policy: string
  readonly title: string
  readonly source: string
  readonly kind: Policy['kind']
  readonly knobs: Knobs
  readonly trials: readonly Trial[]
  /** Simulated, tuning included. */
  readonly windows: number
  /** One per reported record. */
  readonly runs: readonly Summary[]
  /** With `clairvoyant`: the linear relaxation below each of its runs, gCO2e. */
  readonly boundsG?: readonly number[]
}

/** Who is told the future: nobody's choice, but what nobody is below. */
export const FLOORS: readonly string[] = ['best-of-level', 'clairvoyant']

/** Times between plans that the clairvoyant may choose from: looking often is not always best. */
const ORACLE_MINUTES = [5, 15, 30]

/** @param onWindow told of every simulated window, tuning included */
export function playPolicy(
  job: PolicyJob,
  solver: LinearSolver,
  onWindow: () => void = () => undefined,
): PolicyResult {
  let windows = 0
  const count = () => {
    windows += 1
    onWindow()
  }
  return { ...playAs(job, solver, count), windows }
}

function playAs(
  job: PolicyJob,
  solver: LinearSolver,
  onWindow: () => void,
): Omit<PolicyResult, 'windows'> {
  if (job.policy === 'clairvoyant') return playClairvoyant(job, solver, onWindow)
  if (job.policy === 'best-of-level') return playBestOfLevel(job, solver, onWindow)
  return playTuned(job, policyNamed(job.policy), solver, onWindow)
}

/** How many windows `playPolicy` will simulate, for a progress bar. */
export function windowsToPlay({ policy, tuning, reported, trials = TRIALS }: PolicyJob): number {
  const windows = (records: readonly GridRecord[]) =>
    records.reduce((sum, record) => sum + record.windowCount - record.leadWindows, 0)
  const times = policy === 'clairvoyant' ? ORACLE_MINUTES.length : 1
  return (isTuned(policy) ? windows(tuning) * trials : 0) + windows(reported) * times
}

/** The rule of thumb stays as it is: it is what everything else is compared with. */
const isTuned = (policy: string): boolean => policy !== 'static' && !FLOORS.includes(policy)

function policyNamed(id: string): Policy {
  const found = POLICIES.find((policy) => policy.id === id)
  if (!found) throw new RangeError(`no policy ${id}`)
  return found
}

function playTuned(
  { arena, tuning, reported, knobs, seed, trials = TRIALS }: PolicyJob,
  policy: Policy,
  solver: LinearSolver,
  onWindow: () => void,
): Omit<PolicyResult, 'windows'> {
  const play = (record: GridRecord, setting: Knobs, options: SimulateOptions = {}) =>
    simulate(arena, record, { policy, knobs: setting, seed }, solver, { onWindow, ...options })
  const tuned =
    isTuned(policy.id) && tuning.length > 0
      ? tune(policy, (setting, best) => judgeSetting(tuning, setting, best, play), trials)
      : undefined
  const chosen = tuned ? widened(tuned.best.knobs) : (knobs ?? policy.published)
  return {
    ...described(policy),
    knobs: chosen,
    trials: tuned?.trials ?? [],
    runs: reported.map((record) => summarise(play(record, chosen), record)),
  }
}

function playClairvoyant(
  { arena, reported, seed }: PolicyJob,
  solver: LinearSolver,
  onWindow: () => void,
): Omit<PolicyResult, 'windows'> {
  const runs: Summary[] = []
  const boundsG: number[] = []
  for (const record of reported) {
    const policy = clairvoyant(record)
    const ledgers = ORACLE_MINUTES.map((replanMinutes) => {
      const knobs = { ...policy.published, replanMinutes }
      return simulate(arena, record, { policy, knobs, seed }, solver, { onWindow })
    })
    runs.push(summarise(leastOf(ledgers), record))
    boundsG.push(lowerBoundG(arena, record, drawTruth(arena, seed), solver))
  }
  const policy = clairvoyant(reported[0]!)
  return { ...described(policy), knobs: policy.published, trials: [], runs, boundsG }
}

function playBestOfLevel(
  { arena, reported, seed }: PolicyJob,
  solver: LinearSolver,
  onWindow: () => void,
): Omit<PolicyResult, 'windows'> {
  const sizes = levelSizes(reported)
  const policies = reported.map((record, r) => bestOfLevelPolicy(record, sizes[r]!))
  const runs = policies.map((policy, r) => {
    const run = { policy, knobs: policy.published, seed }
    return summarise(simulate(arena, reported[r]!, run, solver, { onWindow }), reported[r]!)
  })
  const [policy] = policies as [Policy]
  return { ...described(policy), knobs: policy.published, trials: [], runs }
}

function leastOf(ledgers: readonly Ledger[]): Ledger {
  const kept = ledgers.filter(
    (ledger) => lateShare(ledger) <= MOST_LATE && missedShare(ledger) <= MOST_MISSED,
  )
  const choice = kept.length > 0 ? kept : ledgers
  return choice.toSorted((a, b) => a.carbonG - b.carbonG)[0]!
}

const described = ({ id, title, source, kind }: Policy) => ({ policy: id, title, source, kind })
