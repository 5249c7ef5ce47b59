import { expect, it } from 'vitest'
import { joinedRead } from '../../services/platform/joined-read.ts'

it('shares the next read with all who ask during one, and nothing that began before', async () => {
  let now = 0
  const ends: (() => void)[] = []
  const read = joinedRead(async () => {
    const begun = now
    await new Promise<void>((resolve) => ends.push(resolve))
    if (begun === 2) throw new Error('away')
    return begun
  })
  const first = read()
  now = 1
  const [second, third] = [read(), read()]
  ends[0]!()
  expect(await first).toBe(0)
  await new Promise((resolve) => setImmediate(resolve))
  expect(ends).toHaveLength(2)
  now = 2
  const fourth = read()
  ends[1]!()
  expect(await Promise.all([second, third])).toEqual([1, 1])
  await new Promise((resolve) => setImmediate(resolve))
  ends[2]!()
  await expect(fourth).rejects.toThrow('away')
  now = 3
  await new Promise((resolve) => setImmediate(resolve))
  const fifth = read()
  ends[3]!()
  expect(await fifth).toBe(3)
})
