import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { CarbonSeries } from '../../services/domain/carbon-series.ts'
import { InvalidInput } from '../../services/domain/errors.ts'
import { windowsFrom } from '../../services/domain/window.ts'
import {
  annualMeanOf,
  BLIND,
  climatologyOf,
  trainZone,
  windowForecaster,
} from '../../services/forecast/index.ts'
import {
  average,
  DAY_MS,
  flatClimatology,
  HOUR_MS,
  hourlySeries,
  NOW_MS,
  sunny,
} from './support.ts'

const windows = windowsFrom(NOW_MS, HOUR_MS, 48)
const base = { measure: average, series: [], nowMs: NOW_MS }
const history = hourlySeries(NOW_MS - 30 * DAY_MS, 30 * 24, sunny)
const issue = hourlySeries(NOW_MS, 24, (ms) => 1.1 * sunny(ms), 'forecast')
const issuesOf = (days: number) =>
  Array.from({ length: days }, (_, index) => NOW_MS - (days - index) * DAY_MS).map((fromMs) =>
    hourlySeries(fromMs, 24, (ms) => 1.1 * sunny(ms), 'forecast'),
  )
const qualities = (found: readonly { quality: string }[]) => [
  ...new Set(found.map((w) => w.quality)),
]

describe('the ladder', () => {
  it('ends carbon-blind, with one number for every hour and a band as wide as the world', () => {
    const [first, ...others] = windowForecaster(base)(windows)
    expect(first).toMatchObject({ quality: 'blind', carbonGPerKwh: BLIND.meanG })
    expect(first!.lowGPerKwh).toBeLessThan(100)
    expect(others.every((each) => each.carbonGPerKwh === first!.carbonGPerKwh)).toBe(true)
  })

  it('prefers a zone’s yearly mean to that, its climatology to both', () => {
    const annual = annualMeanOf('DE', average)!
    expect(windowForecaster({ ...base, annual })(windows)[0]).toMatchObject({ quality: 'annual' })
    const climatology = climatologyOf('DE', average)
    const [hour] = windowForecaster({ ...base, annual, climatology })(windows)
    expect(hour).toMatchObject({ quality: 'climatology', source: 'CarbonCast' })
  })

  it('goes on with the past where there is history and no forecast', () => {
    const found = windowForecaster({ ...base, history, climatology: flatClimatology(300) })(windows)
    expect(qualities(found)).toEqual(['blended'])
    expect(found[0]).toMatchObject({ source: 'blend', issuedAtMs: NOW_MS })
    const noon = found[36]!
    expect(noon.carbonGPerKwh).toBeLessThan(found[24]!.carbonGPerKwh)
  })

  it('takes a provider at its word until it has a record, then corrects it', () => {
    const withIssue = { ...base, series: [issue], history }
    const raw = windowForecaster(withIssue)(windows)
    expect(raw[0]).toMatchObject({ quality: 'forecast', source: 'provider', issuedAtMs: NOW_MS })
    expect(raw[0]!.carbonGPerKwh).toBeCloseTo(1.1 * sunny(NOW_MS), 6)
    expect(raw[47]!.quality).toBe('blended')
    const corrected = windowForecaster({ ...withIssue, pastIssues: issuesOf(20) })(windows)
    expect(corrected[0]).toMatchObject({ quality: 'blended', source: 'blend of provider' })
    const error = (found: typeof raw) =>
      Math.abs(found[12]!.carbonGPerKwh - sunny(NOW_MS + 12 * HOUR_MS))
    expect(error(corrected)).toBeLessThan(error(raw) / 2)
    expect(corrected[47]!.source).toBe('blend')
  })

  it('puts what is measured before what was promised', () => {
    const live = hourlySeries(NOW_MS - HOUR_MS, 2, () => 123)
    const cached = { ...issue, quality: 'cached' as const }
    const found = windowForecaster({ ...base, series: [live, cached] })(windows)
    expect(found[0]).toMatchObject({ quality: 'live', carbonGPerKwh: 123 })
    expect(found[1]!.quality).toBe('cached')
  })

  it('grows less sure with the lead', () => {
    const [near, ...rest] = windowForecaster({ ...base, series: [issue] })(windows)
    const width = (each: typeof near) =>
      (each!.highGPerKwh - each!.lowGPerKwh) / each!.carbonGPerKwh
    expect(width(rest[20])).toBeGreaterThan(width(near))
  })

  it('keeps the provider’s shape inside the hour', () => {
    const halves = windowsFrom(NOW_MS, HOUR_MS / 2, 4)
    const slots = [300, 500, 300, 500].map((carbonGPerKwh, index) => ({
      ...halves[index]!,
      carbonGPerKwh: carbonGPerKwh as (typeof issue.slots)[0]['carbonGPerKwh'],
    }))
    const jagged = { ...issue, slots }
    const found = windowForecaster({
      ...base,

      series: [jagged],
      history,
      pastIssues: issuesOf(20),
    })(halves)
    expect(found[1]!.carbonGPerKwh - found[0]!.carbonGPerKwh).toBeCloseTo(200, 6)
  })

  it('stops shifting by forecasts that have never saved anything', () => {
    // The day's shape turns over each day, so that yesterday is always wrong.
    const flip = (ms: number) => 400 + (Math.floor(ms / DAY_MS) % 2 ? 1 : -1) * (sunny(ms) - 400)
    const contrary = hourlySeries(NOW_MS - 30 * DAY_MS, 30 * 24, flip)
    const liars = issuesOf(25).map((past) =>
      hourlySeries(past.issuedAtMs, 24, (ms) => flip(ms + DAY_MS), 'forecast'),
    )
    const lie = hourlySeries(NOW_MS, 24, (ms) => flip(ms + DAY_MS), 'forecast')
    const random = (ms: number) => 300 + (((ms / HOUR_MS) * 7919) % 97)
    const noise = hourlySeries(NOW_MS - 30 * DAY_MS, 30 * 24, (ms) => random(ms * 31))
    const noisy = issuesOf(25).map((past) =>
      hourlySeries(past.issuedAtMs, 24, (ms) => random(ms * 17 + past.issuedAtMs), 'forecast'),
    )
    const found = [
      windowForecaster({ ...base, series: [lie], history: contrary, pastIssues: liars })(windows),
      windowForecaster({ ...base, series: [noisy.at(-1)!], history: noise, pastIssues: noisy })(
        windows,
      ),
    ].flatMap((forecast) => forecast.filter(({ timeShift }) => timeShift === false))
    expect(found.length).toBeGreaterThan(0)
    for (const { carbonGPerKwh } of found.slice(0, 2)) expect(carbonGPerKwh).toBeGreaterThan(0)
  })

  it('reads the same from a zone trained beforehand', () => {
    const inputs = { ...base, series: [issue], history, pastIssues: issuesOf(10) }
    const trained = trainZone({
      measure: average,
      history,
      pastIssues: issuesOf(10),
      nowMs: NOW_MS,
    })
    expect(windowForecaster({ ...base, series: [issue], trained })(windows)).toEqual(
      windowForecaster(inputs)(windows),
    )
  })

  it('leaves a window that reaches beyond all knowledge to the lower rungs', () => {
    const far = windowsFrom(NOW_MS + 400 * HOUR_MS, HOUR_MS, 1)
    expect(windowForecaster({ ...base, history })(far)[0]!.quality).toBe('blind')
    const empty = { ...history, slots: [] }
    expect(windowForecaster({ ...base, history: empty })(windows)[0]!.quality).toBe('blind')
  })

  it('always gives a finite value inside its band, never below zero for an average', () => {
    const anySlot = fc.record({
      hour: fc.integer({ min: -24 * 20, max: 72 }),
      gram: fc.double({ min: 0, max: 1500, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(anySlot, { maxLength: 60 }), fc.boolean(), (slots, promised) => {
        const at = new Map(slots.map(({ hour, gram }) => [NOW_MS + hour * HOUR_MS, gram]))
        const patchy = (fromMs: number, hours: number, quality: 'live' | 'forecast') => {
          const whole = hourlySeries(fromMs, hours, (ms) => at.get(ms) ?? 0, quality)
          return { ...whole, slots: whole.slots.filter(({ startMs }) => at.has(startMs)) }
        }
        const past = patchy(NOW_MS - 20 * DAY_MS, 20 * 24, 'live')
        const next = patchy(NOW_MS, 72, 'forecast')
        const found = windowForecaster({
          ...base,
          series: promised ? [past, next] : [past],
          history: past,
        })(windows)
        for (const { carbonGPerKwh, lowGPerKwh, highGPerKwh } of found) {
          expect(Number.isFinite(carbonGPerKwh)).toBe(true)
          expect(lowGPerKwh).toBeGreaterThanOrEqual(0)
          expect(lowGPerKwh).toBeLessThanOrEqual(carbonGPerKwh)
          expect(highGPerKwh).toBeGreaterThanOrEqual(carbonGPerKwh)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('lets a marginal rate be negative', () => {
    const measure = { signal: 'marginal', basis: 'direct' } as const
    const slots = issue.slots.map((slot) => ({
      ...slot,
      carbonGPerKwh: -5 as typeof slot.carbonGPerKwh,
    }))
    const series = [{ ...issue, ...measure, slots }]
    const [first] = windowForecaster({ ...base, measure, series })(windows)
    expect(first!.carbonGPerKwh).toBe(-5)
    expect(first!.lowGPerKwh).toBeLessThan(-5)
  })
})

describe('measures', () => {
  const marginal: CarbonSeries<'marginal', 'direct'> = {
    ...issue,
    signal: 'marginal',
    basis: 'direct',
  }
  const direct: CarbonSeries<'average', 'direct'> = { ...issue, basis: 'direct' }

  it('never meet: it is a type error, and refused at run time', () => {
    // @ts-expect-error a marginal series does not fit an average plan
    expect(() => windowForecaster({ ...base, series: [marginal] })(windows)).toThrow(InvalidInput)
    // @ts-expect-error nor does one of another basis
    expect(() => windowForecaster({ ...base, series: [direct] })(windows)).toThrow(
      /average\/direct/,
    )
    const table = { ...flatClimatology(1), signal: 'marginal', basis: 'direct' } as const
    // @ts-expect-error nor a climatology
    expect(() => windowForecaster({ ...base, climatology: table })(windows)).toThrow(InvalidInput)
    // @ts-expect-error nor history
    expect(() => trainZone({ measure: average, history: marginal, nowMs: NOW_MS })).toThrow(
      InvalidInput,
    )
    const mixed = { measure: average, history, climatology: table, nowMs: NOW_MS }
    // @ts-expect-error nor the table a zone is trained with
    expect(() => trainZone(mixed)).toThrow(InvalidInput)
    const other = trainZone({ measure: marginal, history: marginal, nowMs: NOW_MS })
    expect(() => windowForecaster({ ...base, trained: other })(windows)).toThrow(InvalidInput)
  })

  it('are carried by the type', () => {
    expectTypeOf(marginal).not.toExtend<CarbonSeries<'average', 'lifecycle'>>()
    expectTypeOf(climatologyOf('DE', average)).toExtend<{ signal: 'average' } | undefined>()
  })
})
