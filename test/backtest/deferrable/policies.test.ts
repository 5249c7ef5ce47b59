import { describe, expect, it } from 'vitest'
import { deferrablePolicies } from '../../../services/backtest/index.ts'
import { at, cleanAt, ELASTIC, HOUR_MS, job, outlook } from '../../batch/jobs.ts'

const named = (id: string, hours: readonly number[] = []) =>
  deferrablePolicies(hours).find((policy) => policy.id === id)!.place
const runNow = named('run-now')
const carbonAwareSdk = named('carbon-aware-sdk')
const waitAwhile = named('wait-awhile')
const suspendResume = named('suspend-resume')
const carbonScaler = named('carbon-scaler')

const grid = outlook(cleanAt(10))
const split = outlook([500, 100, 500, 90, 500, 80, 500, 500])
const pieces = job({ interruptible: true, work: 2, deadline: { kind: 'hard', atMs: at(8) } })
const hoursOf = (found: ReturnType<typeof runNow>) =>
  found.map(({ startMs, endMs, level }) => [
    (startMs - at(0)) / HOUR_MS,
    (endMs - at(0)) / HOUR_MS,
    level,
  ])

describe('peers', () => {
  it('run now, or where the whole job is cleanest', () => {
    expect(hoursOf(runNow(job(), grid))).toEqual([[0, 4, 0]])
    for (const policy of [carbonAwareSdk, waitAwhile, carbonScaler]) {
      expect(hoursOf(policy(job(), grid))).toEqual([[10, 14, 0]])
    }
  })

  it('GAIA looks at the mean length of the queue', () => {
    expect(hoursOf(named('gaia', [1])(job({ work: 2 }), grid))[0]![0]).toBe(10)
    expect(hoursOf(named('gaia')(job(), grid))[0]![0]).toBe(10)
    expect(
      hoursOf(
        named('gaia', [5, 3])(
          job({ work: 2.5, deadline: { kind: 'hard', atMs: at(16) } }),
          outlook([100, 500, 500, 500, ...new Array(20).fill(200)]),
        ),
      )[0]![0],
    ).toBe(4)
  })

  it('Wait Awhile takes the cheapest slots', () => {
    expect(hoursOf(waitAwhile(pieces, split))).toEqual([
      [3, 4, 0],
      [5, 6, 0],
    ])
  })

  it('suspend and resume runs below the 30th percentile, or when waiting is used up', () => {
    expect(hoursOf(suspendResume(pieces, split))).toEqual([
      [3, 4, 0],
      [5, 6, 0],
    ])
    const hurried = job({ interruptible: true, work: 2, deadline: { kind: 'hard', atMs: at(3) } })
    expect(hoursOf(suspendResume(hurried, outlook([500, 400, 100])))).toEqual([
      [1, 2, 0],
      [2, 3, 0],
    ])
    expect(hoursOf(suspendResume(job(), grid))).toEqual([[10, 14, 0]])
  })

  it('CarbonScaler scales out in the cleanest slots first', () => {
    const elastic = { ...pieces, levels: ELASTIC, work: 5 }
    expect(hoursOf(carbonScaler(elastic, split))).toEqual([
      [3, 4, 0],
      [5, 6, 2],
    ])
  })

  it('CarbonScaler takes every slot and size where there is not room enough', () => {
    const tooMuch = { ...pieces, levels: ELASTIC, work: 50 }
    const everySlot = Array.from({ length: 8 }, (_, hour) => [hour, hour + 1, 2])
    expect(hoursOf(carbonScaler(tooMuch, split))).toEqual(everySlot)
  })
})
