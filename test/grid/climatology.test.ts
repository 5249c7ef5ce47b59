import { describe, expect, it } from 'vitest'
import { NotFound } from '../../services/domain/errors.ts'
import { climatology } from '../../services/grid/adapters/climatology.ts'
import { describeGridProvider } from '../contracts/grid-provider.contract.ts'

const nowMs = () => Date.parse('2026-06-01T12:34Z')

describeGridProvider({
  name: 'Climatology',
  make: () => climatology({ nowMs, horizonHours: 1 }),
  zone: 'DE',
  forecastG: [249.9, 249.9],
})

describe('Climatology', () => {
  it('speaks for four days from the running hour on, with a band, and calls itself so', async () => {
    const series = await climatology({ nowMs }).forecast('SE')
    expect(series.quality).toBe('climatology')
    expect(series.slots).toHaveLength(96)
    expect(new Date(series.slots[0]!.startMs).toISOString()).toBe('2026-06-01T12:00:00.000Z')
    for (const { lowGPerKwh, highGPerKwh } of series.slots) {
      expect(lowGPerKwh).toBeLessThanOrEqual(highGPerKwh!)
    }
  })

  it('keeps marginal and average tables apart', async () => {
    const measure = { signal: 'marginal', basis: 'direct' } as const
    const marginal = climatology({ nowMs, measure })
    await expect(marginal.forecast('SGIP_CAISO_PGE')).resolves.toMatchObject(measure)
    await expect(marginal.forecast('DE')).rejects.toBeInstanceOf(NotFound)
  })
})
