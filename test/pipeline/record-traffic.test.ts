import { expect, it } from 'vitest'
import type { Model } from '../../services/fleet/index.ts'
import type { MeasuredDemand } from '../../services/overlays/index.ts'
import { recordTraffic } from '../../services/pipeline/record-traffic.ts'
import type { Serving } from '../../services/telemetry/index.ts'
import { smallFleet } from '../support/small-fleet.ts'

const NOW_MS = Date.parse('2026-07-08T12:03Z')
const WINDOW = { startMs: Date.parse('2026-07-08T12:00Z'), endMs: Date.parse('2026-07-08T12:05Z') }

async function recorded(serving: Serving, rates: readonly number[]) {
  const kept: MeasuredDemand[] = []
  const [model] = smallFleet().models
  const demand: Model['demand'] = rates.map((tokensPerSecond, o) => ({
    kind: 'constant',
    origin: `o${o}`,
    tokensPerSecond,
  }))
  const result = await recordTraffic({
    fleet: async () => ({ models: [{ ...model!, demand }] }),
    serving: async () => serving,
    tracesOf: async () => demand.map(() => undefined),
    record: async (measured) => {
      kept.push(measured)
    },
    nowMs: () => NOW_MS,
  })
  return { ...result, kept }
}
const of = (origin: string, tokensPerSecond: number): MeasuredDemand => ({
  model: 'llama',
  origin,
  slots: [{ ...WINDOW, tokensPerSecond }] as MeasuredDemand['slots'],
})
const fresh = { outputTokensPerSecond: 900, atMs: NOW_MS - 30_000 }

it('keeps what a model serves in the window of five minutes that has begun', async () => {
  expect(await recorded(fresh, [10])).toEqual({ recorded: 1, kept: [of('o0', 900)] })
})

it('splits it as the declared traffic is, evenly where none is declared', async () => {
  expect((await recorded(fresh, [100, 200])).kept).toEqual([of('o0', 300), of('o1', 600)])
  expect((await recorded(fresh, [0, 0])).kept).toEqual([of('o0', 450), of('o1', 450)])
})

it('keeps nothing where metrics are silent or old; no traffic is something else', async () => {
  expect(await recorded({}, [10])).toEqual({ recorded: 0, kept: [] })
  expect(await recorded({ ...fresh, atMs: NOW_MS - 150_000 }, [10])).toEqual({
    recorded: 0,
    kept: [],
  })
  const idle = await recorded({ ...fresh, outputTokensPerSecond: 0 }, [10])
  expect(idle.kept).toEqual([of('o0', 0)])
})
