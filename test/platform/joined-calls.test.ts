import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { joinedCalls } from '../../services/platform/joined-calls.ts'

it('asks together for all that came meanwhile, some at a time, and tells each its own', async () => {
  const asked: (readonly number[])[] = []
  let answer: () => void = () => undefined
  const double = joinedCalls(async (numbers: readonly number[]) => {
    asked.push(numbers)
    await new Promise<void>((resolve) => {
      answer = resolve
    })
    if (numbers.includes(4)) throw new Error('no 4')
    return numbers.map((each) => 2 * each)
  }, 2)
  const answers = Promise.allSettled([1, 2, 3, 4, 5].map(double))
  for (const soFar of [[[1]], [[1], [2, 3]], [[1], [2, 3], [4, 5]]]) {
    expect(asked).toEqual(soFar)
    answer()
    await turn()
  }
  const settled = await answers
  expect(settled.map((each) => (each.status === 'fulfilled' ? each.value : 'failed'))).toEqual([
    2,
    4,
    6,
    'failed',
    'failed',
  ])
  const alone = double(6)
  expect(asked.at(-1)).toEqual([6])
  answer()
  expect(await alone).toBe(12)
})
