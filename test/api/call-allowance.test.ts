import { describe, expect, it } from 'vitest'
import { callAllowance } from '../../services/api/access/call-allowance.ts'

describe('an allowance', () => {
  it('may be taken at once, comes back evenly, and is never doubled around the turn of a minute', () => {
    let nowMs = 59_000
    const { take } = callAllowance(60, () => nowMs)
    const taken = () => {
      let count = 0
      while (take('ann') === undefined) count++
      return count
    }
    expect(taken()).toBe(60)
    expect(take('ann')).toBe(1)
    nowMs += 2_000
    expect(taken()).toBe(2)
    nowMs += 3_600_000
    expect(taken()).toBe(60)
  })

  it('is each one’s own, whatever number it is', () => {
    for (const perMinute of [1, 3, 7, 30, 1000]) {
      const { take } = callAllowance(perMinute, () => 1_795_000_000_123)
      for (let i = 0; i < perMinute; i++) expect(take('ann'), String(perMinute)).toBeUndefined()
      expect(take('ann')).toBe(Math.ceil(60 / perMinute))
      expect(take('bob')).toBeUndefined()
    }
  })

  it('can be looked at without being taken', () => {
    const { take, waitSeconds } = callAllowance(1, () => 0)
    const nobody = () => {
      throw new Error('asked for a name')
    }
    expect(waitSeconds(nobody)).toBeUndefined()
    take('ann')
    expect(waitSeconds(() => 'ann')).toBe(60)
    expect(waitSeconds(() => 'bob')).toBeUndefined()
  })

  it('says how many are left', () => {
    let nowMs = 0
    const { take, left } = callAllowance(7, () => nowMs)
    expect(left('ann')).toBe(7)
    for (let taken = 1; taken <= 7; taken++) {
      take('ann')
      expect(left('ann')).toBe(7 - taken)
    }
    take('ann')
    expect(left('ann')).toBe(0)
    nowMs += 2 * (60_000 / 7)
    expect(left('ann')).toBe(2)
  })

  it('remembers no more than it must', () => {
    let nowMs = 0
    const { take } = callAllowance(1, () => nowMs)
    for (let i = 0; i < 100_000; i++) take(`old ${i}`)
    nowMs = 60_000
    take('ann')
    expect(take('ann')).toBe(60)
    for (let i = 0; i < 99_999; i++) take(`new ${i}`)
    expect(take('ann')).toBe(60)
    take('one more')
    expect(take('ann')).toBeUndefined()
  })
})
