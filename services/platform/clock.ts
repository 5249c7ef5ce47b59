/** The time, for those whose work depends on it: so that a test can choose it. */
export interface Clock {
  nowMs(): number
}

export const systemClock: Clock = { nowMs: () => Date.now() }
