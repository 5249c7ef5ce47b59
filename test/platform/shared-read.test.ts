import { expect, it } from 'vitest'
import { sharedRead } from '../../services/platform/shared-read.ts'

it('looks once for all who ask within the time, and again after a failure', async () => {
  let nowMs = 0
  let reads = 0
  const read = sharedRead(
    async () => {
      if (++reads === 2) throw new Error('away')
      return reads
    },
    { forMs: 100, nowMs: () => nowMs },
  )
  expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1])
  nowMs = 99
  expect(await read()).toBe(1)
  nowMs = 100
  await expect(read()).rejects.toThrow('away')
  expect(await read()).toBe(3)
  expect(reads).toBe(3)
})

it('looks again where the clock was set back: what was seen then is of no known age', async () => {
  let nowMs = 3_600_000
  let reads = 0
  const read = sharedRead(async () => ++reads, { forMs: 100, nowMs: () => nowMs })
  expect(await read()).toBe(1)
  nowMs = 0
  expect(await read()).toBe(2)
  nowMs = 99
  expect(await read()).toBe(2)
})
