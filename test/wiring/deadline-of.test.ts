import { expect, it } from 'vitest'
import { NO_DEADLINE } from '../../services/planning/index.ts'
import { deadlineOf } from '../../services/wiring/deadline-of.ts'

it('counts down to each share of the time, and beyond', () => {
  const { secondsLeft } = deadlineOf({ fromMs: 10_000, untilMs: 20_000 }, () => 14_000)
  expect([secondsLeft(1), secondsLeft(0.5), secondsLeft(0.1)]).toEqual([6, 1, -3])
  expect(deadlineOf(undefined)).toBe(NO_DEADLINE)
})
