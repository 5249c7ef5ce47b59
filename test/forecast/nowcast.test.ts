import { describe, expect, it } from 'vitest'
import type { CarbonSlot } from '../../services/domain/carbon-series.ts'
import { finish } from '../../services/domain/steps.ts'
import { hourlyValues } from '../../services/forecast/index.ts'
import {
  forecastedBy,
  learnNowcast,
  nowcast,
  nowcastFactor,
} from '../../services/forecast/nowcast.ts'

const HOUR_MS = 3_600_000
const DAYS = 40
const FORECAST_G = 100

/** A deterministic AR(1) error on a flat forecast. */
function persisting(memory: number): number[] {
  let error = 0
  let state = 7
  return Array.from({ length: DAYS * 24 }, () => {
    state = (state * 16807) % 2147483647
    error = memory * error + (state / 2147483647 - 0.5) * 0.2
    return FORECAST_G * Math.exp(error)
  })
}

const history = (values: readonly number[]) =>
  hourlyValues(
    values.map(
      (carbonGPerKwh, hour) =>
        ({ startMs: hour * HOUR_MS, endMs: (hour + 1) * HOUR_MS, carbonGPerKwh }) as CarbonSlot,
    ),
  )
const daily = forecastedBy(
  Array.from({ length: DAYS }, (_, day) => ({
    hour: day * 24,
    blended: new Array(96).fill(FORECAST_G),
  })),
)

describe('nowcast', () => {
  const values = persisting(0.95)
  const known = history(values)
  const nowHour = (DAYS - 2) * 24 + 11
  const trained = () => {
    const model = nowcast(0)
    finish(learnNowcast(model, known, daily, nowHour))
    return model
  }

  it('carries the last error over to the next hours, less and less', () => {
    const model = trained()
    const last = values[nowHour - 1]! / FORECAST_G
    const factors = [0, 3, 12].map((lead) => nowcastFactor(model, known, daily, nowHour, lead))
    const logs = factors.map((factor) => Math.log(factor) / Math.log(last))
    expect(logs[0]).toBeGreaterThan(0.7)
    expect(logs[0]!).toBeGreaterThan(logs[1]!)
    expect(logs[1]!).toBeGreaterThan(logs[2]!)
  })

  it('beats the plain forecast at the hours ahead', () => {
    const model = nowcast(0)
    let plain = 0
    let corrected = 0
    for (let hour = 20 * 24; hour < DAYS * 24 - 24; hour++) {
      finish(learnNowcast(model, known, daily, hour))
      const factor = nowcastFactor(model, known, daily, hour, 2)
      plain += Math.abs(FORECAST_G - values[hour + 2]!)
      corrected += Math.abs(FORECAST_G * factor - values[hour + 2]!)
    }
    expect(corrected).toBeLessThan(0.7 * plain)
  })

  it('does not look ahead', () => {
    const future = values.map((value, hour) => (hour >= nowHour ? 9999 : value))
    const model = nowcast(0)
    finish(learnNowcast(model, history(future), daily, nowHour))
    expect(nowcastFactor(model, history(future), daily, nowHour, 1)).toBe(
      nowcastFactor(trained(), known, daily, nowHour, 1),
    )
  })

  it('learns each hour once', () => {
    const model = trained()
    const before = nowcastFactor(model, known, daily, nowHour, 1)
    finish(learnNowcast(model, known, daily, nowHour - 5))
    expect(nowcastFactor(model, known, daily, nowHour, 1)).toBe(before)
    expect(model.learntTo).toBe(nowHour)
  })

  it('says nothing beyond a day, before the first issue or without the last hour', () => {
    const model = trained()
    expect(nowcastFactor(model, known, daily, nowHour, 24)).toBe(1)
    expect(nowcastFactor(model, known, daily, 0, 1)).toBe(1)
    const gap = history(values.map((value, hour) => (hour === nowHour - 1 ? 0 : value)))
    expect(nowcastFactor(model, gap, daily, nowHour, 1)).toBe(1)
  })
})
