import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { epochMs, gCo2PerKwh } from '../../services/domain/units.ts'
import { bestBlock } from '../../services/forecast/captured-saving.ts'
import { bandOf, errorBand, noteRatio, priorBand } from '../../services/forecast/error-band.ts'
import { naiveForecasts } from '../../services/forecast/experts.ts'
import { flattenUnskilled } from '../../services/forecast/flatten-unskilled.ts'
import { hourOf } from '../../services/forecast/hourly.ts'
import {
  annualMeanOf,
  blendForecast,
  blockSaving,
  capturedPct,
  climateAt,
  climatologyOf,
  climatologyZones,
  coveragePct,
  hourlyValues,
  interruptibleSaving,
  mapePct,
  meanOver,
  pinballLoss,
  quantileOf,
  scoreForecasts,
  skillOf,
  trainZone,
} from '../../services/forecast/index.ts'
import { forget, learn, ridge, weightsOf } from '../../services/forecast/ridge.ts'
import {
  average,
  DAY_MS,
  flatClimatology,
  HOUR_MS,
  hourlySeries,
  NOW_MS,
  sunny,
} from './support.ts'

describe('meanOver', () => {
  const { slots } = hourlySeries(0, 3, (ms) => (ms / HOUR_MS + 1) * 100)
  const over = (from: number, to: number, least?: number) =>
    meanOver(slots, { startMs: epochMs(from * HOUR_MS), endMs: epochMs(to * HOUR_MS) }, least)

  it('weighs slots by overlap', () => {
    expect(over(0, 3)).toBe(200)
    expect(over(0.5, 1.25)).toBeCloseTo((50 + 50) / 0.75, 9)
  })

  it('says nothing of a window that is mostly unknown, or wholly', () => {
    expect(over(2.5, 3.6)).toBeUndefined()
    expect(over(2.5, 3.6, 0.4)).toBe(300)
    expect(over(9, 10, 0)).toBeUndefined()
  })
})

describe('hourlyValues', () => {
  it('bridges two hours, not three, and nothing at the edges', () => {
    const without = (...gone: number[]) => {
      const { slots } = hourlySeries(0, 6, (ms) => (ms / HOUR_MS) * 10)
      return hourlyValues(slots.filter((_, hour) => !gone.includes(hour)))
    }
    expect([0, 1, 2, 3].map(without(1, 2).at)).toEqual([0, 10, 20, 30])
    expect(without(1, 2, 3).at(2)).toBeUndefined()
    expect(without(0).at(0)).toBeUndefined()
    expect(hourlyValues([])).toMatchObject({ firstHour: 0, endHour: 0 })
  })

  it('takes the mean of shorter slots', () => {
    const slots = [100, 300].map((value, index) => ({
      startMs: epochMs((index * HOUR_MS) / 2),
      endMs: epochMs(((index + 1) * HOUR_MS) / 2),
      carbonGPerKwh: gCo2PerKwh(value),
    }))
    expect(hourlyValues(slots).at(0)).toBe(200)
  })
})

describe('naive forecasts', () => {
  const past = hourlyValues(hourlySeries(0, 8 * 24, (ms) => ms / DAY_MS).slots)
  const at = naiveForecasts(past, undefined, 8 * 24)

  it('know the week’s mean and the last day', () => {
    const noon = at(8 * 24 + 12)!
    expect(noon.yesterdayG).toBeCloseTo(7.5, 9)
    expect(noon.weekG).toBeCloseTo(4.5, 9)
    expect(noon.climateG).toBe(noon.weekG)
    expect(at(9 * 24 + 12)).toEqual(noon)
  })

  it('never look at or past the origin', () => {
    const early = naiveForecasts(past, undefined, 7 * 24)(7 * 24)!
    expect(early.yesterdayG).toBeCloseTo(6, 9)
  })

  it('bring a climatology to the level of late, within reason', () => {
    const level = (usual: number) =>
      naiveForecasts(past, flatClimatology(usual), 8 * 24)(8 * 24)!.climateG
    expect(level(3)).toBeCloseTo(4.48, 2)
    expect(level(0.001)).toBeCloseTo(0.005, 9)
    expect(level(0)).toBeCloseTo(at(8 * 24)!.weekG, 9)
  })

  it('say nothing without a past', () => {
    expect(naiveForecasts(hourlyValues([]), undefined, 100)(100)).toBeUndefined()
  })
})

describe('ridge', () => {
  it('answers its prior before it has seen anything', () => {
    expect(weightsOf(ridge([0.7, 0.3], 1))).toEqual([0.7, 0.3])
  })

  it('solves the normal equations', () => {
    const pair = fc.tuple(
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.double({ min: -3, max: 3, noNaN: true }),
    )
    fc.assert(
      fc.property(fc.array(pair, { minLength: 20, maxLength: 40 }), (points) => {
        const model = ridge([0, 0, 0], 1e-3)
        for (const [a, b] of points) learn(model, [a, b, 1], 2 * a - b + 0.5)
        const weights = weightsOf(model)
        // The gradient of the penalised squares vanishes at the answer.
        for (let row = 0; row < 3; row++) {
          const pull = weights.reduce(
            (sum, w, column) => sum + model.gram[row * 3 + column]! * w,
            0,
          )
          expect(pull + 1e-3 * weights[row]!).toBeCloseTo(model.moment[row]!, 6)
        }
      }),
    )
  })

  it('forgets', () => {
    const model = ridge([1], 1)
    for (let index = 0; index < 100; index++) learn(model, [1], 3)
    expect(weightsOf(model)[0]).toBeGreaterThan(2.9)
    forget(model, 1e-6)
    expect(weightsOf(model)[0]).toBeCloseTo(1, 2)
  })
})

describe('the error band', () => {
  it('starts from the prior and widens with the lead, up to a limit', () => {
    expect(bandOf(errorBand(), 0)).toEqual(priorBand(0))
    expect(priorBand(48).high).toBeGreaterThan(priorBand(1).high)
    expect(priorBand(10_000)).toEqual({ low: 0.7, high: 1.3 })
  })

  it('becomes the record’s own 80 %, keeps the value inside, and follows the seasons', () => {
    const band = errorBand()
    for (let index = 0; index < 480; index++) noteRatio(band, 1 + (index % 100) / 100)
    const { low, high } = bandOf(band, 0)
    expect(high).toBeCloseTo(1.83, 1)
    expect(low).toBe(1)
    for (let index = 0; index < 480; index++) noteRatio(band, 1)
    expect(bandOf(band, 0).high).toBeCloseTo(1, 1)
    expect(band.ratios).toHaveLength(480)
  })
})

describe('captured saving', () => {
  it('finds the best block', () => {
    expect(bestBlock([5, 1, 1, 9, 0], 2)).toBe(1)
    expect(bestBlock([2, 2, 2], 2)).toBe(0)
  })

  it('is 100 % with perfect foresight, and never more', () => {
    const day = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 24, maxLength: 24 })
    fc.assert(
      fc.property(day, day, (forecast, actual) => {
        for (const place of [blockSaving, interruptibleSaving]) {
          const perfect = place(actual, actual, 4)
          expect(perfect.byForecastG).toBeCloseTo(perfect.atBestG, 9)
          const real = place(forecast, actual, 4)
          expect(real.byForecastG).toBeLessThanOrEqual(real.atBestG + 1e-9)
        }
      }),
    )
    expect(capturedPct([{ byForecastG: 5, atBestG: 10 }])).toBe(50)
    expect(capturedPct([{ byForecastG: 0, atBestG: 0 }])).toBe(0)
  })
})

describe('scores', () => {
  it('are the textbook ones', () => {
    expect(mapePct([110, 90, 5], [100, 100, 0])).toBeCloseTo(10, 9)
    expect(pinballLoss([10], [20], 0.9)).toBeCloseTo(9, 9)
    expect(pinballLoss([20], [10], 0.9)).toBeCloseTo(1, 9)
    expect(coveragePct([0, 0], [1, 1], [0.5, 2])).toBe(50)
    expect(quantileOf([1, 2, 3, 4], 0.5)).toBe(2.5)
  })
})

describe('the skill test', () => {
  it('wants a week, then proof', () => {
    expect(skillOf([0.1, 0.1])).toBe('unproven')
    expect(skillOf(new Array(10).fill(0.1))).toBe('proven')
    expect(skillOf([0.1, -0.1, 0.1, -0.1, 0.1, -0.1, 0.1, -0.1])).toBe('none')
    expect(skillOf(new Array(10).fill(0))).toBe('none')
  })

  it('levels only the days without any', () => {
    const hour = (at: number, value: number, skill: 'none' | 'proven') => ({
      hour: at,
      carbonGPerKwh: value,
      lowGPerKwh: value - 1,
      highGPerKwh: value + 1,
      skill,
      provided: false,
    })
    const hours = [hour(0, 10, 'none'), hour(1, 30, 'none'), hour(24, 50, 'proven')]
    const flat = flattenUnskilled(hours, 0)
    expect(flat.map(({ carbonGPerKwh }) => carbonGPerKwh)).toEqual([20, 20, 50])
    expect(flat[0]).toMatchObject({ lowGPerKwh: 19, highGPerKwh: 21 })
  })
})

describe('the blend', () => {
  const history = hourlySeries(NOW_MS - 40 * DAY_MS, 44 * 24, sunny)
  const known = { ...history, slots: history.slots.filter(({ endMs }) => endMs <= NOW_MS) }
  /** Right in the night, 40 % low by day. */
  const biased = (ms: number) => sunny(ms) * ((ms / HOUR_MS) % 24 > 8 ? 0.6 : 1)
  const issues = Array.from({ length: 30 }, (_, index) =>
    hourlySeries(NOW_MS - (30 - index) * DAY_MS, 96, biased, 'forecast'),
  )
  const issue = hourlySeries(NOW_MS, 96, biased, 'forecast')

  it('learns a provider’s bias by the hour', () => {
    const zone = trainZone({ measure: average, history: known, pastIssues: issues, nowMs: NOW_MS })
    const blend = blendForecast(zone, issue, NOW_MS)
    expect(blend).toHaveLength(168)
    const wrong = (value: number, hour: number) => Math.abs(value / sunny(hour * HOUR_MS) - 1)
    const noon = blend[12]!
    expect(wrong(biased(noon.hour * HOUR_MS), noon.hour)).toBeGreaterThan(0.35)
    expect(wrong(noon.carbonGPerKwh, noon.hour)).toBeLessThan(0.15)
    expect([blend[95]!.provided, blend[96]!.provided]).toEqual([true, false])
  })

  it('says the same of the hours an issue reaches where nobody looks beyond them', () => {
    const training = { measure: average, history: known, pastIssues: issues, nowMs: NOW_MS }
    const whole = blendForecast(trainZone(training), issue, NOW_MS)
    const near = trainZone({ ...training, beyondIssue: false })
    expect(near.onHistory).toBeUndefined()
    expect(blendForecast(near, issue, NOW_MS)).toEqual(whole.slice(0, 96))
    const alone = trainZone({ measure: average, history: known, nowMs: NOW_MS, beyondIssue: false })
    expect(alone.onHistory).toBeDefined()
  })

  it('is not moved by anything that had not happened', () => {
    const future = hourlySeries(NOW_MS, 96, () => 5)
    const seesMore = { ...known, slots: [...known.slots, ...future.slots] }
    const train = (given: typeof known) =>
      blendForecast(
        trainZone({ measure: average, history: given, pastIssues: issues, nowMs: NOW_MS }),
        issue,
        NOW_MS,
      ).map(({ carbonGPerKwh }) => Math.round(carbonGPerKwh))
    const blind = train(known)
    // Only the floor of ratios (a tenth of the mean) sees the whole series.
    expect(train(seesMore)).toEqual(blind)
  })

  it('counts leads from the issue, and drops an issue as old as a week', () => {
    const zone = trainZone({ measure: average, history: known, pastIssues: issues, nowMs: NOW_MS })
    const old = hourlySeries(NOW_MS - 7 * DAY_MS, 9 * 24, biased, 'forecast')
    expect(blendForecast(zone, old, NOW_MS).some(({ provided }) => provided)).toBe(false)
    const future = hourlySeries(NOW_MS + HOUR_MS, 24, biased, 'forecast')
    expect(blendForecast(zone, future, NOW_MS)[1]!.provided).toBe(true)
  })

  it('scores itself and its rivals as each stood when it spoke', () => {
    const inputs = { history: hourlyValues(history.slots), nowMs: NOW_MS + 4 * DAY_MS }
    const unknown = hourlySeries(NOW_MS + 90 * DAY_MS, 24, sunny, 'forecast')
    const score = scoreForecasts([...issues, unknown], {
      ...inputs,
      climatology: flatClimatology(350),
    })
    expect(score.issues).toBe(30)
    expect(score.mapeByDay.blend[0]).toBeLessThan(score.mapeByDay.provider[0]!)
    expect(score.captured.sevenDayMean.fourOf24Pct).toBeGreaterThan(90)
    expect(score.skill[0]).toBe('proven')
    expect(score.pinballG.every((loss) => loss > 0)).toBe(true)
    expect(score.coverage80Pct).toBeGreaterThan(50)
    const late = scoreForecasts(issues, inputs, issues[20]!.issuedAtMs)
    expect(late.issues).toBe(10)
    // It has learnt from what it is not scored on.
    expect(late.mapeByDay.blend[0]).toBeLessThan(late.mapeByDay.provider[0]! / 2)
  })

  it('scores nothing of what is known in part only', () => {
    const short = issues.map((each) => ({ ...each, slots: each.slots.slice(0, 12) }))
    const inputs = { history: hourlyValues(history.slots), nowMs: NOW_MS }
    const score = scoreForecasts(short, inputs)
    expect(score.captured.blend).toEqual({ fourOf24Pct: undefined, day48Pct: undefined })
    expect(score.mapeByDay.provider).toHaveLength(1)
  })

  it('bears a zone without any past', () => {
    const none = { ...known, slots: [] }
    const zone = trainZone({ measure: average, history: none, pastIssues: [issue], nowMs: NOW_MS })
    expect(blendForecast(zone, issue, NOW_MS)).toEqual([])
  })
})

describe('what is shipped', () => {
  it('has ordered quantiles for every zone, month and hour', () => {
    for (const zone of climatologyZones()) {
      const measure = zone.startsWith('SGIP')
        ? ({ signal: 'marginal', basis: 'direct' } as const)
        : average
      const table = climatologyOf(zone, measure)!
      for (let month = 0; month < 12; month++) {
        const { lowG, medianG, highG } = climateAt(table, Date.UTC(2026, month, 15, month * 2))
        expect(lowG).toBeLessThanOrEqual(medianG)
        expect(medianG).toBeLessThanOrEqual(highG)
      }
    }
    expect(climatologyZones()).toHaveLength(15)
  })

  it('never answers one measure with another', () => {
    expect(climatologyOf('DE', { signal: 'marginal', basis: 'direct' })).toBeUndefined()
    expect(climatologyOf('XX', average)).toBeUndefined()
    expect(annualMeanOf('DE', { signal: 'average', basis: 'direct' })).toBeUndefined()
    expect(annualMeanOf('SE', average)!.meanG).toBeLessThan(annualMeanOf('PL', average)!.meanG)
  })

  it('knows hours by number', () => {
    expect(hourOf(3 * HOUR_MS + 1)).toBe(3)
  })
})
