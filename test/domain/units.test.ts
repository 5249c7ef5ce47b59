import { describe, expect, it } from 'vitest'
import {
  emissionsOf,
  energyOf,
  epochMs,
  gCo2,
  gCo2PerKwh,
  gPerKwhFromLbPerMwh,
  joules,
  joulesPerToken,
  kwh,
  kwhFromJoules,
  marginalGCo2PerKwh,
  milliseconds,
  msFromMinutes,
  msFromSeconds,
  seconds,
  secondsFromMs,
  tokensPerSecond,
  watts,
} from '../../services/domain/units.ts'

describe('units', () => {
  it.each([
    ['gCO2e/kWh', gCo2PerKwh],
    ['W', watts],
    ['J', joules],
    ['kWh', kwh],
    ['s', seconds],
    ['ms', milliseconds],
    ['token/s', tokensPerSecond],
    ['J/token', joulesPerToken],
    ['ms since epoch', epochMs],
  ])('%s refuses what is negative or no number, and says the unit', (symbol, make) => {
    expect(make(1.5)).toBe(1.5)
    for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => make(bad)).toThrow(symbol)
    }
  })

  it('lets a marginal rate and a saving be negative, but not infinite', () => {
    expect(marginalGCo2PerKwh(-12)).toBe(-12)
    expect(gCo2(-3)).toBe(-3)
    expect(() => marginalGCo2PerKwh(Number.NaN)).toThrow('gCO2e/kWh')
  })

  it('converts pounds per megawatt-hour by the exact pound', () => {
    expect(gPerKwhFromLbPerMwh(1000)).toBeCloseTo(453.59237, 10)
  })

  it('computes energy and emissions by hand', () => {
    // 700 W for two hours is 1.4 kWh; at 400 g/kWh that is 560 g.
    const energy = energyOf(watts(700), seconds(7200))
    expect(energy).toBeCloseTo(1.4, 12)
    expect(emissionsOf(energy, gCo2PerKwh(400))).toBeCloseTo(560, 9)
    expect(kwhFromJoules(joules(3_600_000))).toBe(1)
  })

  it('goes from seconds to milliseconds and back', () => {
    expect(secondsFromMs(1500)).toBe(1.5)
    expect(msFromSeconds(1.5)).toBe(1500)
    expect(msFromMinutes(1.5)).toBe(90_000)
  })

  // SCI for AI once restated 130 kg per billion tokens as 0.13 g per million; it is 130 g.
  it('scales per-token figures by the same thousand on both sides', () => {
    const gramsPerToken = gCo2(130_000 / 1e9)
    expect(gramsPerToken * 1e6).toBeCloseTo(130, 9)
  })
})
