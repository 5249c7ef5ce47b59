import type { LinearSolver } from '../planning/index.ts'
import type { Arena } from './arena.ts'
import type { Decision, Knobs, Policy } from './policy.ts'
import { EXPECTED_HOURS, type GridRecord, windowsPerHour } from './record.ts'
import { simulate } from './simulate.ts'
import { normal } from './truth.ts'

/** A decision that changed although only its future did. */
export interface Leak {
  /** First window, counted from the beginning of the simulation, that is another decision. */
  readonly window: number
  /** What was changed after this window. */
  readonly futureFrom: number
}

/**
 * Looks for information from the future by its effect: the run is repeated with everything that was
 * not known before a window scrambled, and every decision up to there must come out the same, to
 * the last replica. It needs no help from the policy and cannot be talked out of what it sees.
 *
 * @param cuts windows of the simulation, each the last one known
 * @param make builds the policy over a record: an honest one takes no notice of it
 */
export function checkLeaks(
  arena: Arena,
  record: GridRecord,
  make: (record: GridRecord) => Policy,
  knobs: Knobs,
  cuts: readonly number[],
  solver: LinearSolver,
): readonly Leak[] {
  const last = Math.max(...cuts)
  const told = decisionsOf(arena, record, make(record), knobs, last, solver)
  return cuts.flatMap((cut) => {
    const other = otherFuture(record, record.leadWindows + cut, cut)
    const again = decisionsOf(arena, other, make(other), knobs, cut, solver)
    const window = again.findIndex((decision, index) => decision !== told[index])
    return window < 0 ? [] : [{ window, futureFrom: cut }]
  })
}

/** Decisions up to and including the one in window `cut`, which knows nothing after `cut`. */
function decisionsOf(
  arena: Arena,
  record: GridRecord,
  policy: Policy,
  knobs: Knobs,
  cut: number,
  solver: LinearSolver,
): string[] {
  const decisions = Array.from({ length: cut + 1 }, () => '')
  const onDecision = (window: number, decision: Decision) => {
    decisions[window - record.leadWindows] = written(decision)
  }
  simulate(arena, record, { policy, knobs, seed: 0 }, solver, { onDecision, windows: cut + 1 })
  return decisions
}

const written = ({ replicas, order }: Decision): string =>
  `${replicas.map((counts) => counts.join()).join(';')}|${order?.map((o) => o.join()).join(';')}`

/**
 * The same past, another future: traffic after window `seen`, intensities from it on (nobody is shown
 * what the grid does, only what is expected), and what is expected by forecasts of later hours.
 */
export function otherFuture(record: GridRecord, seen: number, seed: number): GridRecord {
  const scrambled = (values: Float64Array, from: number, stream: number) =>
    values.map((value, i) => (i < from ? value : value * Math.exp(0.7 * normal(seed, stream, i))))
  const nextHour = Math.floor(seen / windowsPerHour(record)) + 1
  return {
    ...record,
    demand: record.demand.map((origins, m) =>
      origins.map((rates, o) => scrambled(rates, seen + 1, 1000 * (m + 1) + o)),
    ),
    actual: record.actual.map((values, r) => scrambled(values, seen, -1 - r)),
    expected: record.expected.map((values, r) =>
      scrambled(values, nextHour * EXPECTED_HOURS, 100_000 + r),
    ),
    ...(record.marginal && {
      marginal: record.marginal.map((values, r) => scrambled(values, seen, 200_000 + r)),
    }),
  }
}
