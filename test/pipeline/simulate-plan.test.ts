import { expect, it } from 'vitest'
import type { FitStore } from '../../services/fits/index.ts'
import { memoryArchive, memorySeriesStore } from '../../services/grid/adapters/memory-store.ts'
import { gridReader } from '../../services/grid/index.ts'
import type { PushedTraffic } from '../../services/pipeline/demand-now.ts'
import { simulatePlan } from '../../services/pipeline/simulate-plan.ts'
import type { PlanningProblem } from '../../services/planning/index.ts'
import type { PlanStore } from '../../services/plans/index.ts'
import { smallFleet, smallPoint } from '../support/small-fleet.ts'

const NOW_MS = Date.parse('2026-07-08T12:01Z')
const told = { model: 'llama', origin: 'europe' }
const slots = [{ startMs: NOW_MS - 300_000, endMs: NOW_MS, tokensPerSecond: 90 }]
const pushed: PushedTraffic = {
  between: async (_, toMs) => (toMs >= NOW_MS ? [{ ...told, kind: 'observed', slots }] : []),
  highest: async () => [{ ...told, tokensPerSecond: 90 }],
}

it('scales what is expected to come with the traffic', async () => {
  const problems: PlanningProblem[] = []
  const simulate = (demandScale?: number) =>
    simulatePlan(
      {
        fleet: smallFleet(),
        fleetHash: '',
        nowMs: NOW_MS,
        plans: { current: async () => undefined, newest: async () => undefined } as PlanStore,
        fits: { all: async () => [] } as unknown as FitStore,
        reader: gridReader({
          providers: [],
          measure: { signal: 'average', basis: 'lifecycle' },
          store: memorySeriesStore(),
          archive: memoryArchive(),
        }),
        tracesOf: async () => [undefined],
        pushed,
        replanMs: 300_000,
        fitNow: async () => [smallPoint],
        warn: () => undefined,
      },
      demandScale === undefined ? {} : { demandScale },
      async (problem) => {
        problems.push(problem)
        return { status: 'infeasible', limit: '', words: '' } as never
      },
    )
  await simulate()
  await simulate(2)
  const [now, twice] = problems.map(({ models }) => models[0]!.demand[0]!)
  expect(now!.expectedTokensPerSecond!.slice(0, 2)).toEqual([90, 150])
  expect(twice!.expectedTokensPerSecond!.slice(0, 2)).toEqual([180, 300])
  expect(twice!.tokensPerSecond[0]).toBeCloseTo(2 * now!.tokensPerSecond[0]!, 9)
})
