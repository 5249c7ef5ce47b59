import { signedSecondsFromMs } from '../domain/units.ts'
import { type Deadline, NO_DEADLINE } from '../planning/index.ts'
import type { SolveTime } from '../solves/index.ts'

/**
 * The planner's deadline on the clock of this process; none where a solve has all the time it needs.
 * Workers on other hosts read their own clocks: what these differ by, a solve is early or late by.
 */
export const deadlineOf = (
  time: SolveTime | undefined,
  nowMs: () => number = Date.now,
): Deadline =>
  time
    ? {
        secondsLeft: (share) =>
          signedSecondsFromMs(time.fromMs + share * (time.untilMs - time.fromMs) - nowMs()),
      }
    : NO_DEADLINE
