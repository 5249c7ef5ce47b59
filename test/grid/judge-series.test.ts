import { describe, expect, it } from 'vitest'
import type { CarbonSeries } from '../../services/domain/carbon-series.ts'
import { climatologyOf } from '../../services/forecast/index.ts'
import { judgeOnce, judgeSeries, referenceOf } from '../../services/grid/index.ts'
import { referenceKeeper } from '../../services/grid/keep-reference.ts'
import { DAY_MS, HOUR_MS, hourlySeries, NOW_MS, sunny } from '../forecast/support.ts'

const history = hourlySeries(NOW_MS - 7 * DAY_MS, 7 * 24, sunny)
const reference = referenceOf(history, undefined, NOW_MS)!
const forecast = (valueAt: (ms: number) => number, hours = 48) =>
  hourlySeries(NOW_MS, hours, valueAt, 'forecast')
const judge = (series: CarbonSeries, more = {}) =>
  judgeSeries(series, { nowMs: NOW_MS, reference, ...more })
const reasons = (series: CarbonSeries, more = {}) =>
  judge(series, more).suspicions.map(({ reason }) => reason)

describe('judging a series', () => {
  it('trusts an ordinary one', () => {
    expect(judge(forecast(sunny))).toEqual({
      verdict: 'trusted',
      series: forecast(sunny),
      suspicions: [],
    })
  })

  it('finds kilograms for grams, and pounds for kilograms at the seam', () => {
    expect(reasons(forecast((ms) => sunny(ms) / 1000))).toEqual(['unit-slip'])
    expect(reasons(forecast((ms) => sunny(ms) * 2.20462))).toEqual(['unit-slip'])
    expect(reasons(forecast((ms) => sunny(ms) / 2.20462))).toEqual(['unit-slip'])
    expect(reasons(forecast((ms) => sunny(ms) * 1.3))).toEqual([])
  })

  it('lets weather double a level that does not jump at the seam', () => {
    const rising = (ms: number) => sunny(ms) * (1 + Math.min(1.3, (ms - NOW_MS) / (6 * HOUR_MS)))
    expect(reasons(forecast(rising))).toEqual([])
    const later = hourlySeries(NOW_MS + 8 * HOUR_MS, 24, (ms) => sunny(ms) * 2.20462, 'forecast')
    expect(reasons({ ...later, issuedAtMs: history.issuedAtMs }, { maxAgeMs: Infinity })).toEqual(
      [],
    )
  })

  it('finds numbers no grid can have', () => {
    expect(reasons(forecast(() => 2001))).toEqual(['absurd-level', 'frozen'])
    const lb = { ...forecast(sunny), signal: 'marginal' as const }
    expect(reasons(lb)).toEqual([])
    const negative = lb.slots.map((slot) => ({
      ...slot,
      carbonGPerKwh: -20 as typeof slot.carbonGPerKwh,
    }))
    expect(reasons({ ...lb, slots: negative.slice(0, 4) })).toEqual([])
    const plunge = negative.map((slot) => ({
      ...slot,
      carbonGPerKwh: -2000 as typeof slot.carbonGPerKwh,
    }))
    expect(reasons({ ...lb, slots: plunge.slice(0, 4) })).toEqual(['absurd-level'])
  })

  it('condemns hours of zeros, drops a single one, and believes them where they happen', () => {
    const zeros = (hours: number) =>
      forecast((ms) => (ms - NOW_MS < hours * HOUR_MS ? 0 : sunny(ms)))
    expect(judge(zeros(3))).toMatchObject({ verdict: 'quarantined' })
    const one = judge(zeros(1))
    expect(one).toMatchObject({ verdict: 'trusted', suspicions: [{ reason: 'zeros' }] })
    expect(one.verdict === 'trusted' && one.series.slots).toHaveLength(47)
    expect(reasons(forecast(() => 0, 2))).toEqual(['zeros'])
    const windy = { lowestG: 0, medianG: 40, highestG: 300 }
    const operational = { ...zeros(5), basis: 'operational' as const }
    expect(reasons(operational, { reference: windy })).toEqual([])
    expect(reasons(operational, { reference: undefined })).toEqual([])
    expect(reasons(operational)).toEqual(['zeros'])
  })

  it('finds frozen values in a grid that varies', () => {
    expect(reasons(forecast(() => 377))).toEqual(['frozen'])
    expect(reasons(forecast(() => 377, 11))).toEqual([])
    const still = { lowestG: 435, medianG: 435.4, highestG: 436 }
    expect(
      reasons(
        forecast(() => 435.4),
        { reference: still },
      ),
    ).toEqual([])
    expect(
      reasons(
        forecast(() => 377),
        { reference: undefined },
      ),
    ).toEqual([])
  })

  it('names the hour that is missing, as where summer time begins, and trusts the rest', () => {
    const whole = forecast(sunny)
    const springing = { ...whole, slots: whole.slots.filter((_, hour) => hour !== 26) }
    expect(judge(springing)).toEqual({
      verdict: 'trusted',
      series: springing,
      suspicions: [{ reason: 'holes', detail: 'nothing for 60 min from 2026-03-02T02:00:00.000Z' }],
    })
    const patchy = { ...history, slots: history.slots.filter((_, hour) => hour !== 26) }
    expect(reasons(patchy, { maxAgeMs: Infinity })).toEqual([])
  })

  it('finds stale stamps, dead forecasts and the future', () => {
    const aged = (hours: number) => ({
      ...forecast(sunny),
      issuedAtMs: (NOW_MS - hours * HOUR_MS) as CarbonSeries['issuedAtMs'],
    })
    expect(reasons(aged(37))).toEqual(['stale'])
    expect(reasons(aged(-1))).toEqual(['from-the-future'])
    expect(reasons(hourlySeries(NOW_MS - 30 * HOUR_MS, 24, sunny, 'forecast'))).toEqual(['stale'])
    expect(reasons(forecast(sunny, 17 * 24))).toEqual(['from-the-future'])
    expect(reasons(hourlySeries(NOW_MS, 3, sunny))).toEqual(['from-the-future'])
    expect(reasons(hourlySeries(0, 3, sunny))).toContain('stale')
    expect(reasons({ ...history, slots: [] })).toEqual(['holes'])
  })
})

describe('judging a series again', () => {
  const context = { nowMs: NOW_MS, reference }
  /** A series that counts how often its values are looked at. */
  function watched(series: CarbonSeries) {
    let looks = 0
    const slots = series.slots.map(({ startMs, endMs, carbonGPerKwh }) => ({
      startMs,
      endMs,
      get carbonGPerKwh() {
        looks++
        return carbonGPerKwh
      },
    }))
    return { series: { ...series, slots }, looks: () => looks }
  }

  it('looks at its values once, and at its stamps each time', () => {
    const judgeAgain = judgeOnce()
    const { series, looks } = watched(forecast(sunny))
    expect(judgeAgain(series, context)).toEqual(judgeSeries(forecast(sunny), context))
    const once = looks()
    expect(once).toBeGreaterThan(0)
    expect(judgeAgain(series, { ...context, nowMs: NOW_MS + HOUR_MS }).verdict).toBe('trusted')
    const late = judgeAgain(series, { ...context, nowMs: NOW_MS + 40 * HOUR_MS })
    expect(late).toMatchObject({ verdict: 'quarantined', suspicions: [{ reason: 'stale' }] })
    expect(looks()).toBe(once)
  })

  it('judges anew beside another reference, and remembers what it condemned', () => {
    const judgeAgain = judgeOnce()
    const slipped = forecast((ms) => sunny(ms) / 1000)
    expect(judgeAgain(slipped, { nowMs: NOW_MS }).verdict).toBe('trusted')
    for (let again = 0; again < 2; again++) {
      expect(judgeAgain(slipped, context).suspicions[0]!.reason).toBe('unit-slip')
    }
    const stale = judgeAgain(slipped, { ...context, nowMs: NOW_MS + 37 * HOUR_MS })
    expect(stale.suspicions.map(({ reason }) => reason)).toEqual(['stale', 'unit-slip'])
  })
})

describe('the reference', () => {
  it('is worked out anew for another history or hour only', () => {
    const keep = referenceKeeper(() => undefined)
    const first = keep('DE', history, NOW_MS)
    expect(first).toEqual(reference)
    expect(keep('DE', history, NOW_MS + HOUR_MS - 1)).toBe(first)
    expect(keep('DE', history, NOW_MS + HOUR_MS)).not.toBe(first)
    expect(keep('DE', { ...history }, NOW_MS)).not.toBe(first)
    expect(keep('SE', undefined, NOW_MS)).toBeUndefined()
  })

  it('is the last week, else the climatology, else nothing', () => {
    expect(reference.last).toMatchObject({ endMs: NOW_MS })
    const short = hourlySeries(NOW_MS - HOUR_MS, 1, sunny)
    const table = climatologyOf('DE', { signal: 'average', basis: 'lifecycle' })
    const usual = referenceOf(short, table, NOW_MS)!
    expect(usual.lowestG).toBeLessThan(usual.medianG)
    expect(usual.last?.endMs).toBe(NOW_MS)
    expect(referenceOf(undefined, undefined, NOW_MS)).toBeUndefined()
    const noSeam = { ...reference, last: undefined }
    expect(
      reasons(
        forecast((ms) => sunny(ms) * 2.20462),
        { reference: noSeam },
      ),
    ).toEqual([])
    const tiny = { lowestG: 1, medianG: 2, highestG: 3 }
    expect(reasons(forecast(sunny), { reference: tiny })).toEqual([])
  })
})
