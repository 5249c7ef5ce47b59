/**
 * When an answer is due. The caller holds the clock: this code asks how long it has, and what it has by
 * then stands.
 */
export interface Deadline {
  /** Seconds until so much (0 to 1) of the time for the whole plan has passed; 0 or less: it has. */
  secondsLeft(share: number): number
}

/** Everything is searched to its end: the answer depends on the problem alone. */
export const NO_DEADLINE: Deadline = { secondsLeft: () => Number.POSITIVE_INFINITY }

/** Whether so much of the time for the whole plan has passed. */
export const isPast = (deadline: Deadline, share: number): boolean =>
  deadline.secondsLeft(share) <= 0

/** By when each step has to leave off, as shares of the time: what follows needs the rest. */
export const TIME_SHARES = { workPrices: 0.26, windowPrices: 0.35, blocks: 0.39, search: 0.41 }
