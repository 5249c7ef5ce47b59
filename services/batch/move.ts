import type { Course } from './course.ts'
import type { Deadline } from './job.ts'
import { lateGPerHour } from './late-price.ts'

/** One step at one level, after another. */
export interface Move {
  readonly level: number
  /** Of work that it does. */
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

/** What going from one level to another at the beginning of a step does and weighs. */
export function moveOf(
  course: Course,
  deadline: Deadline,
  step: number,
  from: number,
  to: number,
): Move {
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
    quanta: done,
    lostQuanta,
    quantaPerHour: speed,
    hourG: kilowatts[to]! * carbon + lateG / hours,
    stepG: kilowatts[to]! * carbon * hours + lateG,
    checkpointG: saved * carbon,
    mostQuanta: forced ? Number.POSITIVE_INFINITY : safe[step + 1]! + done * course.slowestRatio,
  }
}

/**
 * Weight of a move, gCO2e, where `left` quanta are left before it and it does `done`: only as long as
 * work is left, or the whole step and the rest after it.
 */
export function weightG(move: Move, left: number, done: number, restG: number): number {
  const { checkpointG, hourG, lostQuanta, quantaPerHour, stepG } = move
  const ends = left <= done
  return checkpointG + (ends ? (hourG * (left + lostQuanta)) / quantaPerHour : stepG + restG)
}
