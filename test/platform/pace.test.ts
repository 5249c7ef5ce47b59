import { setImmediate as breathe } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Steps } from '../../services/domain/steps.ts'
import { pace } from '../../services/platform/pace.ts'

describe('paced work', () => {
  it('lets others have their turn at each pause, and ends with its result', async () => {
    const order: string[] = []
    function* work(): Steps<string> {
      for (const step of ['a', 'b', 'c']) {
        order.push(step)
        yield
      }
      return 'done'
    }
    const others = async () => {
      for (let turn = 0; turn < 3; turn++) {
        await breathe()
        order.push('other')
      }
    }
    const [result] = await Promise.all([pace(work()), others()])
    expect(result).toBe('done')
    expect(order.filter((each) => each === 'other')).toHaveLength(3)
    expect(order.indexOf('other')).toBeLessThan(order.indexOf('c'))
  })

  it('fails as the work does', async () => {
    // biome-ignore lint/correctness/useYield: it fails before it would pause
    function* broken(): Steps<void> {
      throw new TypeError('a bug')
    }
    await expect(pace(broken())).rejects.toThrow('a bug')
  })
})
