/** A replica that holds `slots` requests at once; others wait until one of these has ended. */
export interface SlotQueue {
  readonly slots: number
  /** Mean time that a request holds its slot, ms. */
  readonly holdMs: number
  /** Standard deviation of that time over its mean. */
  readonly holdCv: number
}

/** Halvings of the utilisation: to a thousandth. */
const STEPS = 12

/**
 * Wait for a free slot that `percentile` of all requests stay below, ms, with arrivals at random:
 * Erlang's C for the share that waits at all, and an exponential tail that is as long as holding
 * times vary (Allen and Cunneen's correction).
 *
 * Allen, "Probability, Statistics and Queueing Theory", 2nd ed. (1990), ch. 5.
 *
 * @param utilisation slots in use on average over slots, in (0, 1)
 * @param percentile in (0, 1), e.g. 0.95
 */
export function waitQuantileMs(
  { slots, holdMs, holdCv }: SlotQueue,
  utilisation: number,
  percentile: number,
): number {
  const waits = erlangC(slots, utilisation)
  const tail = 1 - percentile
  if (waits <= tail) return 0
  const drainMs = holdMs / (slots * (1 - utilisation))
  return Math.log(waits / tail) * drainMs * ((1 + holdCv ** 2) / 2)
}

/** The greatest utilisation at which the wait's quantile stays within `waitMs`; 0 where none does. */
export function greatestUtilisation(queue: SlotQueue, waitMs: number, percentile: number): number {
  if (waitMs < 0) return 0
  let low = 0
  let high = 1
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2
    if (waitQuantileMs(queue, middle, percentile) <= waitMs) low = middle
    else high = middle
  }
  return low
}

/** Share of requests that find all slots taken; by Erlang's B, which recurs without overflow. */
function erlangC(slots: number, utilisation: number): number {
  const offered = slots * utilisation
  let blocked = 1
  for (let slot = 1; slot <= slots; slot++) {
    blocked = (offered * blocked) / (slot + offered * blocked)
  }
  return blocked / (1 - utilisation * (1 - blocked))
}
