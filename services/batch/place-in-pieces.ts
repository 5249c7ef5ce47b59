import type { CapacityLedger } from './capacity-ledger.ts'
import { type Course, courseOf } from './course.ts'
import type { BatchJob, Deadline, JobProgress, Piece } from './job.ts'
import { type Move, moveOf, weightG } from './move.ts'
import { HOUR_MS, type RegionOutlook } from './outlook.ts'
import type { Stretch } from './place-in-one-piece.ts'

/** What a quantum left over at the end of all steps weighs: more than any lateness. */
const UNDONE_G = 1e18
/** A slower level, or standing still, has to be better by more than rounding. */
const HAIR = 1e-9

/**
 * The hours, and the GPUs in each, of least carbon for a job that may be interrupted and may change
 * its size: an exact dynamic programme over (step, work left, level), starts and checkpoints paid
 * for. It generalises the greedy of CarbonScaler (Hanafy et al., POMACS 2023), which is optimal only
 * where they cost nothing.
 *
 * A hard job may stand still, or run slowly, only where the rest could then still be done in time at
 * the slowest throughput: the latest safe start, at every step.
 *
 * @returns undefined where no step has GPUs for it
 */
export function placeInPieces(
  job: BatchJob,
  progress: JobProgress,
  fromMs: number,
  outlook: RegionOutlook,
  ledger: CapacityLedger,
): Stretch | undefined {
  const course = courseOf(job, progress, fromMs, outlook, ledger)
  const { choices, weighedG } = solve(course, job.deadline)
  const pieces = walk(course, choices)
  if (pieces.length === 0) return undefined
  const { firstLevel, fastest, quantaLeft } = course
  const safe = firstLevel === fastest ? course.safeRunning : course.safeStanding
  return { pieces, safe: quantaLeft <= safe[0]! + HAIR, weighedG }
}

interface Solved {
  /** Level, by step, quanta left and level before: `[(step * (quanta + 1) + left) * levels + before]`. */
  readonly choices: Uint8Array
  readonly weighedG: number
}

function solve(course: Course, deadline: Deadline): Solved {
  const { quanta, firstLevel } = course
  const levels = course.gpus.length
  const steps = course.time.hours.length
  const size = (quanta + 1) * levels
  const choices = new Uint8Array(steps * size)
  let after = new Float64Array(size).map((_, at) => Math.floor(at / levels) * UNDONE_G)
  let now = new Float64Array(size)
  for (let step = steps - 1; step > 0; step--) {
    now.fill(Number.POSITIVE_INFINITY).fill(0, 0, levels)
    const chosen = choices.subarray(step * size, (step + 1) * size)
    for (let from = 0; from < levels; from++) {
      for (const to of course.allowed[step]!) {
        relax(moveOf(course, deadline, step, from, to), {
          from,
          levels,
          quanta,
          now,
          after,
          chosen,
        })
      }
    }
    ;[now, after] = [after, now]
  }
  const { level, weighedG } = bestFirst(course, deadline, after)
  choices[quanta * levels + firstLevel] = level
  return { choices, weighedG }
}

interface Tables {
  readonly from: number
  readonly levels: number
  readonly quanta: number
  readonly now: Float64Array
  readonly after: Float64Array
  readonly chosen: Uint8Array
}

/** Takes the move wherever it is better than what was found so far; what it does is rounded down. */
function relax(move: Move, { from, levels, quanta, now, after, chosen }: Tables): void {
  const { level } = move
  const done = Math.floor(move.quanta + HAIR)
  const most = Math.min(quanta, Math.floor(move.mostQuanta + HAIR))
  for (let left = 1; left <= most; left++) {
    const restG = left <= done ? 0 : after[(left - done) * levels + level]!
    const weighedG = weightG(move, left, done, restG)
    const at = left * levels + from
    if (weighedG < now[at]! * (1 - HAIR)) {
      now[at] = weighedG
      chosen[at] = level
    }
  }
}

/**
 * The best first move. The first step is rarely a whole one: rounded down like the others, the end of
 * an hour would be worth less than the whole hour after it, and jobs would wait for nothing.
 */
function bestFirst(course: Course, deadline: Deadline, after: Float64Array) {
  const { firstLevel, quantaLeft: left } = course
  let best = { level: 0, weighedG: Number.POSITIVE_INFINITY }
  for (const to of course.allowed[0]!) {
    const move = moveOf(course, deadline, 0, firstLevel, to)
    if (left > move.mostQuanta + HAIR) continue
    const rest = Math.max(0, left - move.quanta)
    const weighedG = weightG(move, left, move.quanta, between(after, rest, to, course.gpus.length))
    if (weighedG < best.weighedG * (1 - HAIR)) best = { level: to, weighedG }
  }
  return best
}

/** What a number of quanta that need not be whole weighs, from those that are. */
function between(after: Float64Array, quanta: number, level: number, levels: number): number {
  const below = Math.floor(quanta + HAIR)
  const lowG = after[below * levels + level]!
  const highG = after[Math.ceil(quanta - HAIR) * levels + level]!
  return lowG + (quanta - below) * (highG - lowG)
}

/** Follows the choices from the first step, as long as anything is left. */
function walk(course: Course, choices: Uint8Array): Piece[] {
  const { time, quantaPerHour, startHours, quanta, quantaLeft, firstLevel } = course
  const levels = course.gpus.length
  const pieces: Piece[] = []
  let left = quantaLeft
  let before = firstLevel
  for (let step = 0; step < time.hours.length && left > HAIR; step++) {
    const level = choices[(step * (quanta + 1) + Math.ceil(left - HAIR)) * levels + before]!
    const speed = quantaPerHour[level]!
    const lost = Math.max(0, speed - quantaPerHour[before]!) * startHours
    const done = Math.max(0, speed * time.hours[step]! - lost)
    const startMs = time.edgesMs[step]!
    const hours = left <= done + HAIR ? (left + lost) / speed : time.hours[step]!
    if (level > 0) append(pieces, { startMs, endMs: startMs + hours * HOUR_MS, level: level - 1 })
    left -= done
    before = level
  }
  return pieces
}

function append(pieces: Piece[], piece: Piece): void {
  const last = pieces.at(-1)
  if (last && last.level === piece.level && last.endMs === piece.startMs) {
    pieces[pieces.length - 1] = { ...last, endMs: piece.endMs }
  } else pieces.push(piece)
}
