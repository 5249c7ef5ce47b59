import { describe, expect, it } from 'vitest'
import { circuitAfter } from '../../services/notification/circuit.ts'
import type { Attempt, Circuit } from '../../services/notification/index.ts'
import { nextAttemptMs, RETRY_SECONDS } from '../../services/notification/retry-schedule.ts'

const fails: Attempt = { status: 'failed', error: 'x' }
const DAY_MS = 86_400_000

describe('the circuit of an endpoint', () => {
  const failedTimes = (failures: number) => {
    let circuit: Circuit | undefined
    for (let index = 0; index < failures; index++) circuit = circuitAfter(circuit, fails, index)
    return circuit!
  }

  it('tolerates four failures in a row, and opens at the fifth for 10 s, doubling to 10 min', () => {
    expect(failedTimes(4)).toEqual({ failures: 4, failingSinceMs: 0, openUntilMs: 3 })
    expect(failedTimes(5).openUntilMs).toBe(4 + 10_000)
    expect(failedTimes(6).openUntilMs).toBe(5 + 20_000)
    expect(failedTimes(60).openUntilMs).toBe(59 + 600_000)
  })

  it('closes at the first success', () => {
    expect(
      circuitAfter(failedTimes(9), { status: 'delivered', httpStatus: 200 }, 99),
    ).toBeUndefined()
  })

  it('disables after five days without a success, or at 410', () => {
    expect(circuitAfter(failedTimes(9), fails, 5 * DAY_MS - 1)?.disabled).toBeUndefined()
    expect(circuitAfter(failedTimes(9), fails, 5 * DAY_MS)?.disabled).toMatch(/five days/)
    const gone = circuitAfter(undefined, { status: 'gone', error: 'x' }, 0)
    expect(gone?.disabled).toMatch(/410/)
  })
})

describe('the retry schedule', () => {
  it('has ten attempts over three days', () => {
    const hours = RETRY_SECONDS.reduce((sum, pause) => sum + pause, 0) / 3600
    expect(RETRY_SECONDS).toHaveLength(9)
    expect(hours).toBeGreaterThan(72)
    expect(hours).toBeLessThan(80)
    expect(nextAttemptMs(9, 0, 0.5)).toBe(24 * 3_600_000)
    expect(nextAttemptMs(10, 0, 0.5)).toBeUndefined()
  })

  it('spreads a pause by a fifth to either side', () => {
    expect(nextAttemptMs(1, 1_000, 0)).toBe(5_000)
    expect(nextAttemptMs(1, 1_000, 0.5)).toBe(6_000)
    expect(nextAttemptMs(1, 1_000, 0.999_999)).toBe(7_000)
  })

  it('waits as long as the receiver asks, up to a day', () => {
    expect(nextAttemptMs(1, 0, 0.5, 60)).toBe(60_000)
    expect(nextAttemptMs(1, 0, 0.5, 1)).toBe(5_000)
    expect(nextAttemptMs(1, 0, 0.5, 1e9)).toBe(DAY_MS)
  })
})
