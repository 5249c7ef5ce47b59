import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type LocalTickPorts, startLocalTicks } from '../../workers/local-ticks.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-06-15T12:00:30Z') })
})
afterEach(() => {
  vi.useRealTimers()
})

function start(over: Partial<LocalTickPorts> = {}) {
  const ran: string[] = []
  const warned: string[] = []
  const note = (name: string) => async () => {
    ran.push(name)
  }
  const stop = startLocalTicks({
    queue: { counts: async () => ({ waiting: 2 }) } as never,
    queuedJobs: { set: ({ job }) => void ran.push(job) },
    expire: note('expire'),
    guard: note('guard'),
    resume: note('resume'),
    correct: note('correct'),
    record: note('record'),
    schedulers: note('schedulers'),
    rewind: note('rewind'),
    compareClocks: note('compareClocks'),
    forget: note('forget'),
    warn: (message) => void warned.push(message),
    ...over,
  })
  const times = (name: string) => ran.filter((one) => one === name).length
  return { stop, warned, times }
}

it('looks after everything in its turn, until it is stopped', async () => {
  const { stop, times } = start()
  await vi.advanceTimersByTimeAsync(2 * MINUTE_MS)
  for (const often of ['guard', 'rewind', 'solve-plan']) expect(times(often)).toBe(8)
  for (const seldom of ['expire', 'resume', 'correct', 'record', 'schedulers', 'compareClocks']) {
    expect(times(seldom)).toBe(2)
  }
  await vi.advanceTimersByTimeAsync(HOUR_MS)
  expect(times('forget')).toBeGreaterThan(0)
  const before = times('guard')
  await stop()
  await vi.advanceTimersByTimeAsync(HOUR_MS)
  expect(times('guard')).toBe(before)
})

it('goes on where the clock of the machine is set back, or far ahead', async () => {
  const { stop, times } = start()
  await vi.advanceTimersByTimeAsync(MINUTE_MS)
  for (const jumpMs of [-24 * HOUR_MS, 7 * 24 * HOUR_MS]) {
    const before = times('guard')
    vi.setSystemTime(Date.now() + jumpMs)
    await vi.advanceTimersByTimeAsync(MINUTE_MS)
    expect(times('guard') - before).toBe(4)
  }
  await stop()
})

it('goes on after what fails, and never does the same beside itself', async () => {
  let begun = 0
  let end: (() => void) | undefined
  const { stop, warned, times } = start({
    expire: async () => {
      throw new Error('the database is away')
    },
    guard: () =>
      new Promise((resolve) => {
        begun++
        end = resolve
      }),
  })
  await vi.advanceTimersByTimeAsync(2 * MINUTE_MS)
  expect(warned).toEqual(['expiry: the database is away', 'expiry: the database is away'])
  expect([begun, times('rewind')]).toEqual([1, 8])
  end?.()
  await vi.advanceTimersByTimeAsync(MINUTE_MS / 4)
  expect(begun).toBe(2)
  await stop()
})
