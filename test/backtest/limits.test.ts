import { describe, expect, test } from 'vitest'
import {
  type ComparedPolicy,
  ceilingOf,
  type DeferrableResult,
  type PolicyResult,
  priceOfNotKnowing,
  wholeWorkload,
} from '../../services/backtest/index.ts'
import { LEAD, recordOf } from './playground.ts'

const compared = (
  policy: string,
  carbonG: number,
  over: Partial<ComparedPolicy> = {},
): ComparedPolicy =>
  ({ policy, carbonG, kind: 'realisable', counts: true, ...over }) as ComparedPolicy

const all = [
  compared('static', 1000),
  compared('hpa', 500),
  compared('keda-bands', 300, { counts: false }),
  compared('fixed-ranking', 410),
  compared('gridtide', 400),
  compared('clairvoyant', 380, { kind: 'oracle', toBound: 380 / 350 }),
]

describe('the ceiling', () => {
  test('is against the strongest peer that counts; controls are none', () => {
    const ceiling = ceilingOf(all)!
    expect(ceiling.strongestPeer).toBe('hpa')
    expect(ceiling.gridtideLess).toBeCloseTo(0.2, 9)
    expect(ceiling.clairvoyantLess).toBeCloseTo(0.24, 9)
    expect(ceiling.boundLess).toBeCloseTo(0.3, 9)
    expect(ceiling.clairvoyantSaves).toBeCloseTo(0.62, 9)
    expect(ceiling.boundSaves).toBeCloseTo(0.65, 9)
  })

  test('needs the floor and a peer, but not us', () => {
    const without = (id: string) => all.filter(({ policy }) => policy !== id)
    expect(ceilingOf(without('clairvoyant'))).toBeUndefined()
    expect(ceilingOf(without('static'))).toBeUndefined()
    expect(ceilingOf(all.slice(4))).toBeUndefined()
    expect(ceilingOf(without('gridtide'))).not.toHaveProperty('gridtideLess')
    const failing = all.map((one) => (one.policy === 'gridtide' ? { ...one, counts: false } : one))
    expect(ceilingOf(failing)).not.toHaveProperty('gridtideLess')
    expect(ceilingOf(failing)!.clairvoyantLess).toBeCloseTo(0.24, 9)
  })
})

describe('the price of not knowing', () => {
  const withTraffic = (rateAt: (window: number) => number) => {
    const record = recordOf(8)
    const rates = Float64Array.from({ length: record.windowCount }, (_, w) => rateAt(w - LEAD))
    return { ...record, demand: [[rates]] }
  }

  test('is nothing where traffic stands still', () => {
    const price = priceOfNotKnowing([withTraffic(() => 100)])
    expect(price.clairvoyant).toBeCloseTo(1, 6)
    expect(price.bestOfLevel).toBeCloseTo(1, 6)
    expect(price.flat).toBeCloseTo(1, 6)
  })

  test('is paid at every level below a jump, and all the time by a flat head-room', () => {
    const price = priceOfNotKnowing([withTraffic((w) => (w === 10 ? 200 : w < 20 ? 100 : 50))])
    expect(price.flatHeadroom).toBeCloseTo(2, 6)
    expect(price.clairvoyant).toBeLessThan(price.bestOfLevel)
    expect(price.bestOfLevel).toBeLessThan(price.flat)
  })
})

describe('the whole workload', () => {
  const results = all.map(
    ({ policy, carbonG }) =>
      ({ policy, runs: [{ carbonG: carbonG / 2 }] }) as unknown as PolicyResult,
  )
  const rule = (policy: string, kind: DeferrableResult['kind'], carbonG: number) =>
    ({ policy, kind, carbonG, lateJobs: kind === 'peer' ? 3 : 0 }) as DeferrableResult
  const deferrable = [
    rule('run-now', 'peer', 100),
    rule('gaia', 'peer', 90),
    rule('gridtide', 'ours', 85),
    rule('gridtide-anywhere', 'ours', 50),
    rule('clairvoyant', 'floor', 40),
  ]

  test('adds the first run of each kind, ours and the best pair of peers', () => {
    expect(wholeWorkload(all, results, deferrable)).toEqual({
      gridtideG: 250,
      peersG: 340,
      interactivePeer: 'hpa',
      deferrablePeer: 'gaia',
      peerLateJobs: 3,
      staticG: 600,
      deferrableShare: 100 / 600,
    })
  })

  test('needs both kinds of work', () => {
    expect(wholeWorkload(all, results, [])).toBeUndefined()
    expect(wholeWorkload(all.slice(4), results, deferrable)).toBeUndefined()
    expect(wholeWorkload(all, results.slice(0, 2), deferrable)).toBeUndefined()
    expect(wholeWorkload(all.slice(0, 4), results, deferrable)).toBeUndefined()
  })
})
