import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seenTraffic } from '../../services/backtest/seen-traffic.ts'
import { windowsFrom } from '../../services/domain/window.ts'
import type { Fleet } from '../../services/fleet/index.ts'
import { demandToServe } from '../../services/forecast/index.ts'
import { memoryArchive, memorySeriesStore } from '../../services/grid/adapters/memory-store.ts'
import { gridReader } from '../../services/grid/index.ts'
import type { PushedDemand } from '../../services/overlays/index.ts'
import { demandNow, type PushedTraffic } from '../../services/pipeline/demand-now.ts'
import { gatherProblem } from '../../services/pipeline/gather-problem.ts'
import { loadHighs, planHorizon, random, verifyPlan } from '../../services/planning/index.ts'
import { smallFleet, smallPoint } from '../support/small-fleet.ts'

const MINUTE_MS = 60_000
const WINDOW_MS = 5 * MINUTE_MS
const WINDOWS_PER_WEEK = 7 * 24 * 12
/** A minute into a window, as the backtest decides. */
const NOW_MS = Date.parse('2026-07-08T12:01Z')
const DECLARED = 150
const HEADROOM = 0.1

const fleet: Fleet = (() => {
  const small = smallFleet()
  return { ...small, planning: { ...small.planning, windowMinutes: 5, horizonHours: 1 } }
})()

/** Slots of five minutes up to now, the last one begun: `rateAt(0)` is the newest. */
function pushedTo(nowMs: number, rateAt: (ago: number) => number, count: number): PushedTraffic {
  const newestMs = Math.floor(nowMs / WINDOW_MS) * WINDOW_MS
  const slots = Array.from({ length: count }, (_, i) => {
    const startMs = newestMs - (count - 1 - i) * WINDOW_MS
    const endMs = Math.min(nowMs, startMs + WINDOW_MS)
    return { startMs, endMs, tokensPerSecond: rateAt(count - 1 - i) }
  })
  return telling([{ model: 'llama', origin: 'europe', kind: 'observed', slots }])
}
const telling = (all: readonly PushedDemand[]): PushedTraffic => ({
  between: async (fromMs, toMs) =>
    all.map((one) => ({
      ...one,
      slots: one.slots.filter(({ startMs, endMs }) => endMs > fromMs && startMs < toMs),
    })),
  highest: async (fromMs, toMs) =>
    all
      .filter(({ kind }) => kind !== 'forecast')
      .map(({ model, origin, slots }) => ({
        model,
        origin,
        tokensPerSecond: Math.max(
          ...slots
            .filter(({ startMs, endMs }) => endMs > fromMs && startMs < toMs)
            .map((slot) => slot.tokensPerSecond),
        ),
      })),
})
const tracesOf = async () => [undefined]
async function demandAt(nowMs: number, pushed?: PushedTraffic, of = fleet, replanMs?: number) {
  const { windowMinutes, horizonHours } = of.planning
  const windows = windowsFrom(nowMs, windowMinutes * MINUTE_MS, (horizonHours * 60) / windowMinutes)
  const found = await demandNow(of, windows, nowMs, {
    tracesOf,
    ...(pushed && { pushed }),
    ...(replanMs && { replanMs }),
  })
  return {
    ready: found.demandByModel.get('llama')![0]!,
    low: found.lowDemandByModel.get('llama')![0]!,
    expected: found.expectedDemandByModel.get('llama')![0],
  }
}

describe('the traffic that the service is ready for', () => {
  it('is what the backtest’s policies are ready for, by the same function, where that is more', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const draw = random(seed)
        const all = Array.from({ length: WINDOWS_PER_WEEK + 30 }, () => 200 + 200 * draw())
        const { ready } = await demandAt(
          NOW_MS,
          pushedTo(NOW_MS, (ago) => all[ago]!, all.length),
        )
        // What was seen of the last quarter of an hour holds for the window in force, whatever the rule says.
        const least = [Math.max(DECLARED, ...all.slice(0, 4)), DECLARED]
        for (const t of [0, 1]) {
          const view = {
            observed: (_: number, __: number, ago: number) => all[ago - 1] ?? 0,
            // With windows of five minutes the one in force is what the backtest decides for.
            periodWindows: t + 1,
          }
          const played = demandToServe(seenTraffic(view, 300, 0, 0), 1 + HEADROOM)
          expect(ready[t]).toBeCloseTo(Math.max(played, (1 + HEADROOM) * least[t]!), 9)
        }
        expect(ready.slice(2)).toEqual(Array(10).fill((1 + HEADROOM) * DECLARED))
      }),
      { numRuns: 15 },
    )
    for (const file of ['backtest/policies/solved.ts', 'pipeline/heed-seen.ts']) {
      const source = readFileSync(`services/${file}`, 'utf8')
      expect(source).toMatch(/import \{ demandToServe \} from '(\.\.\/)+forecast\/index\.ts'/)
    }
  })

  it('is never less than without what was seen, nor than what was seen, with head-room', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 1, maxLength: 60 }),
        async (all) => {
          const before = await demandAt(NOW_MS)
          const { ready, expected } = await demandAt(
            NOW_MS,
            pushedTo(NOW_MS, (ago) => all[ago]!, all.length),
          )
          for (const [t, rate] of ready.entries()) {
            expect(rate).toBeGreaterThanOrEqual(before.ready[t]!)
            expect(expected![t]).toBeLessThanOrEqual(rate)
          }
          const newest = Math.max(...all.slice(0, 3))
          expect(ready[0]).toBeGreaterThanOrEqual((1 + HEADROOM) * newest * (1 - 1e-12))
        },
      ),
      { numRuns: 50 },
    )
  })

  it('is what the fleet file declares where nothing was seen of late', async () => {
    const declared = await demandAt(NOW_MS)
    expect(declared.expected).toBeUndefined()
    expect(declared.ready).toEqual(Array(12).fill((1 + HEADROOM) * DECLARED))
    expect(await demandAt(NOW_MS, telling([]))).toEqual(declared)
    const early = pushedTo(NOW_MS - 20 * MINUTE_MS, () => 900, 500)
    expect(await demandAt(NOW_MS, early)).toEqual(declared)
    const of = await pushedTo(NOW_MS, () => 900, 500).between(0, NOW_MS)
    const others = telling(of.map((one) => ({ ...one, origin: 'asia' })))
    expect(await demandAt(NOW_MS, others)).toEqual(declared)
  })

  it('asks for the highest rate of a week only where something was seen of late', async () => {
    const asked: number[] = []
    const counted = (pushed: PushedTraffic): PushedTraffic => ({
      ...pushed,
      highest: (fromMs, toMs) => {
        asked.push(toMs)
        return pushed.highest(fromMs, toMs)
      },
    })
    const [forecast] = await pushedTo(NOW_MS, () => 900, 40).between(0, NOW_MS)
    await demandAt(NOW_MS, counted(pushedTo(NOW_MS - 20 * MINUTE_MS, () => 900, 40)))
    await demandAt(NOW_MS, counted(telling([{ ...forecast!, kind: 'forecast' }])))
    expect(asked).toEqual([])
    await demandAt(NOW_MS, counted(pushedTo(NOW_MS, () => 900, 40)))
    expect(asked).toEqual([NOW_MS])
  })

  it('looks no further ahead than to what the next plan starts, in long windows too', async () => {
    // A week ago it doubled half an hour from now on.
    const rateAt = (ago: number) => (ago < WINDOWS_PER_WEEK - 6 ? 400 : 200)
    const now = (ago: number) => (ago < 100 ? 200 : rateAt(ago))
    const hourly = { ...fleet, planning: { ...fleet.planning, windowMinutes: 60, horizonHours: 4 } }
    const pushed = pushedTo(NOW_MS, now, WINDOWS_PER_WEEK + 30)
    const till = async (replanMs?: number) => {
      const { ready } = await demandAt(NOW_MS, pushed, hourly, replanMs)
      return ready.map(Math.round)
    }
    expect(await till()).toEqual([352, 352, 165, 165])
    expect(await till(WINDOW_MS)).toEqual([220, 352, 165, 165])
  })

  it('goes by what the service measured where nobody pushes, and only there', async () => {
    const [observed] = await pushedTo(NOW_MS, () => 400, 40).between(0, NOW_MS)
    const measured = { ...observed!, kind: 'measured' as const }
    const other = {
      ...measured,
      slots: measured.slots.map((s) => ({ ...s, tokensPerSecond: 900 })),
    }
    const found = await demandAt(NOW_MS, telling([measured]))
    expect(found.expected!.slice(0, 3)).toEqual([400, 400, 150])
    expect(found.ready.map(Math.round).slice(0, 3)).toEqual([440, 440, 165])
    const both = await demandAt(NOW_MS, telling([other, observed!]))
    expect(both.expected).toEqual(found.expected)
    const low = await demandAt(NOW_MS, telling([{ ...measured, slots: [] }]))
    expect(low.expected).toBeUndefined()
  })

  it('holds to a pushed forecast, and expects of it what was seen now and foretold later', async () => {
    const [observed] = await pushedTo(NOW_MS, () => 100, 40).between(0, NOW_MS)
    const startMs = NOW_MS - MINUTE_MS
    const forecast: PushedDemand = {
      ...observed!,
      kind: 'forecast',
      slots: [{ startMs, endMs: startMs + 4 * WINDOW_MS, tokensPerSecond: 500 }],
    }
    const { ready, low, expected } = await demandAt(NOW_MS, telling([observed!, forecast]))
    expect(ready.map(Math.round)).toEqual([550, 550, 550, 550, ...Array(8).fill(165)])
    expect(expected).toEqual([100, 500, 500, 500, ...Array(8).fill(150)])
    expect(low).toEqual([500, 500, 500, 500, ...Array(8).fill(150)])
  })
})

describe('plans while traffic rises', () => {
  const reader = gridReader({
    providers: [],
    measure: { signal: 'average', basis: 'lifecycle' },
    store: memorySeriesStore(),
    archive: memoryArchive(),
  })
  /** From 150 tokens/s to 600 in forty minutes, steady an hour before and after. */
  const rateAt = (minute: number) => 150 + 450 * Math.min(1, Math.max(0, minute / 40))

  async function planAt(minute: number, isSeen: boolean) {
    const nowMs = NOW_MS + minute * MINUTE_MS
    const solver = await loadHighs()
    const { problem } = await gatherProblem(fleet, nowMs, {
      reader,
      pointsOf: async () => [smallPoint],
      tracesOf,
      running: [],
      warn: () => undefined,
      ...(isSeen && { pushed: pushedTo(nowMs, (ago) => rateAt(minute - 5 * ago), 60) }),
    })
    const outcome = planHorizon(problem, solver)
    if (outcome.status !== 'planned') throw new Error(outcome.words)
    expect(verifyPlan(problem, outcome.plan).violations).toEqual([])
    const capacityIn = (window: number) =>
      outcome.plan.assignments
        .filter((one) => one.window === window)
        .reduce((sum, { replicas }) => sum + replicas * smallPoint.capacityTokensPerSecond, 0)
    return { ready: capacityIn(1), problem }
  }

  it('have what the next window needs ready before it begins, once the rise has been seen', async () => {
    for (let minute = 5; minute <= 50; minute += 5) {
      const { ready } = await planAt(minute, true)
      expect(ready, `minute ${minute}`).toBeGreaterThanOrEqual(rateAt(minute + 5))
    }
    const { ready } = await planAt(20, false)
    expect(ready).toBeLessThan(rateAt(25))
  })

  it('price what is not expected to come as ready and idle', async () => {
    const { problem } = await planAt(60, true)
    const [{ tokensPerSecond, expectedTokensPerSecond }] = problem.models[0]!.demand as [never]
    expect(expectedTokensPerSecond[0]).toBe(600)
    expect(tokensPerSecond[0]).toBeGreaterThan(600)
    expect((await planAt(60, false)).problem.models[0]!.demand[0]).not.toHaveProperty(
      'expectedTokensPerSecond',
    )
  })
})
