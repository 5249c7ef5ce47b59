import type { CapacityLedger } from './capacity-ledger.ts'
import { type Course, courseOf } from './course.ts'
import type { BatchJob, Deadline, JobProgress, Piece } from './job.ts'
import { lateGPerHour } from './late-price.ts'
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
  const { firstLevel, fastest, quanta } = course
  const safe = firstLevel === fastest ? course.safeRunning : course.safeStanding
  return { pieces, safe: quanta <= safe[0]!, weighedG }
}

/** One step at one level, after another. */
interface Move {
  readonly level: number
  readonly quanta: number
  /** Of starting GPUs, in quanta not done. */
  readonly lostQuanta: number
  readonly quantaPerHour: number
  /** Weight of an hour of running, gCO2e. */
  readonly hourG: number
  /** Weight of the whole step, and of saving state at its beginning. */
  readonly stepG: number
  readonly checkpointG: number
  /** Most quanta that may be left before it, for the rest to be safe. */
  readonly mostQuanta: number
}

function moveOf(course: Course, deadline: Deadline, step: number, from: number, to: number): Move {
  const { time, kilowatts, quantaPerHour, allowed } = course
  const hours = time.hours[step]!
  const carbon = time.carbonGPerKwh[step]!
  const speed = quantaPerHour[to]!
  const lostQuanta = Math.max(0, speed - quantaPerHour[from]!) * course.startHours
  const done = Math.max(0, speed * hours - lostQuanta)
  const safe = to === course.fastest ? course.safeRunning : course.safeStanding
  const forced = deadline.kind === 'soft' || to === allowed[step]![0]
  const lateG = lateGPerHour(deadline) * course.lateHours[step]!
  const saved = Math.max(0, kilowatts[from]! - kilowatts[to]!) * course.checkpointHours
  return {
    level: to,
    quanta: Math.floor(done + HAIR),
    lostQuanta,
    quantaPerHour: speed,
    hourG: kilowatts[to]! * carbon + lateG / hours,
    stepG: kilowatts[to]! * carbon * hours + lateG,
    checkpointG: saved * carbon,
    mostQuanta: forced ? Number.POSITIVE_INFINITY : safe[step + 1]! + done * course.slowestRatio,
  }
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
  for (let step = steps - 1; step >= 0; step--) {
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
  return { choices, weighedG: after[quanta * levels + firstLevel]! }
}

interface Tables {
  readonly from: number
  readonly levels: number
  readonly quanta: number
  readonly now: Float64Array
  readonly after: Float64Array
  readonly chosen: Uint8Array
}

/** Takes the move wherever it is better than what was found so far. */
function relax(move: Move, { from, levels, quanta, now, after, chosen }: Tables): void {
  const { level, hourG, stepG, checkpointG, lostQuanta, quantaPerHour } = move
  const most = Math.min(quanta, Math.floor(move.mostQuanta + HAIR))
  for (let left = 1; left <= most; left++) {
    const ends = left <= move.quanta
    const weighedG =
      checkpointG +
      (ends
        ? (hourG * (left + lostQuanta)) / quantaPerHour
        : stepG + after[(left - move.quanta) * levels + level]!)
    const at = left * levels + from
    if (weighedG < now[at]! * (1 - HAIR)) {
      now[at] = weighedG
      chosen[at] = level
    }
  }
}

/** Follows the choices from the first step, as long as anything is left. */
function walk(course: Course, choices: Uint8Array): Piece[] {
  const { time, quantaPerHour, startHours, quanta, firstLevel } = course
  const levels = course.gpus.length
  const pieces: Piece[] = []
  let left = quanta
  let before = firstLevel
  for (let step = 0; step < time.hours.length && left > 0; step++) {
    const level = choices[(step * (quanta + 1) + left) * levels + before]!
    const speed = quantaPerHour[level]!
    const lost = Math.max(0, speed - quantaPerHour[before]!) * startHours
    const done = Math.floor(Math.max(0, speed * time.hours[step]! - lost) + HAIR)
    const startMs = time.edgesMs[step]!
    const hours = left <= done ? (left + lost) / speed : time.hours[step]!
    if (level > 0) append(pieces, { startMs, endMs: startMs + hours * HOUR_MS, level: level - 1 })
    left -= done
    before = level
  }
  return pieces
}

function append(pieces: Piece[], piece: Piece): void {
  const last = pieces.at(-1)
  if (last?.level === piece.level && last.endMs === piece.startMs) {
    pieces[pieces.length - 1] = { ...last, endMs: piece.endMs }
  } else pieces.push(piece)
}
