import { beforeEach, describe, expect, it } from 'vitest'
import type { KeptBias, LiveBiasStore } from '../../services/fits/index.ts'
import type { LiveBias } from '../../services/fitting/index.ts'
import type { NewEvent } from '../../services/notification/index.ts'
import { type CorrectLivePorts, correctLive } from '../../services/pipeline/correct-live.ts'
import type { Serving } from '../../services/telemetry/index.ts'
import { planIn, startMs } from '../support/acting-world.ts'
import { HOUR_MS } from '../support/plans.ts'
import { smallPoint } from '../support/small-fleet.ts'

const MINUTE_MS = 60_000

/** Two replicas, 32 requests on each, every token after 20 ms: as predicted, unless a test says. */
function world() {
  const kept = new Map<string, KeptBias>()
  const events: NewEvent[] = []
  const refits: string[] = []
  const state = {
    nowMs: startMs,
    plan: planIn('eu-north', [2, 2]),
    status: 'planned',
    points: [smallPoint],
    changedAtMs: undefined as number | undefined,
    serving: { requestsRunning: 64, outputTokensPerSecond: 3200 } as Serving,
    watts: 1400 as number | undefined,
    known: true,
    batches: [] as number[],
  }
  const key = ({ layout, quantity }: KeptBias) => `${layout}/${quantity}`
  const biases: Pick<LiveBiasStore, 'of' | 'save'> = {
    of: async () => [...kept.values()],
    save: async (bias, seenAtMs) => {
      if (kept.get(key(bias))?.updatedAtMs !== seenAtMs) return false
      kept.set(key(bias), bias)
      return true
    },
  }
  const ports: CorrectLivePorts = {
    plans: {
      current: async () => ({
        version: 1,
        validUntilMs: startMs + HOUR_MS,
        outcome: { status: state.status, plan: state.plan },
      }),
    } as unknown as CorrectLivePorts['plans'],
    fits: {
      all: async () => [{ model: 'llama', fittedAtMs: 0, source: 'test', points: state.points }],
    },
    biases,
    serving: async () => state.serving,
    gpuWatts: async () => state.watts,
    predicted: async (_model, _variant, batch) => {
      state.batches.push(batch)
      return state.known
        ? {
            step: { logMean: Math.log(20), logSd: 0.05 },
            power: { logMean: Math.log(700), logSd: 0.05 },
          }
        : undefined
    },
    changedAtMs: async () => state.changedAtMs,
    tell: async (more) => void events.push(...more),
    refit: async (model) => void refits.push(model),
    observe: () => undefined,
    nowMs: () => state.nowMs,
  }
  return { state, kept, events, refits, ports, biases }
}

let w: ReturnType<typeof world>
beforeEach(() => {
  w = world()
})
const minutes = async (count: number) => {
  for (let i = 0; i < count; i++) {
    await correctLive(w.ports)
    w.state.nowMs += MINUTE_MS
  }
}
const biasOf = (quantity: KeptBias['quantity']): LiveBias | undefined =>
  [...w.kept.values()].find((one) => one.quantity === quantity)?.bias

describe('correctLive', () => {
  it('finds nothing to correct where production is as predicted', async () => {
    await minutes(15)
    expect(biasOf('step')!.logBias).toBeCloseTo(0, 9)
    expect(biasOf('power')!.logBias).toBeCloseTo(0, 9)
    expect(w.state.batches[0]).toBe(32)
    expect([w.events, w.refits]).toEqual([[], []])
  })

  it('corrects after ten comparisons, and has the model fitted anew', async () => {
    w.state.watts = 1400 * 1.04
    await minutes(9)
    expect(w.refits).toEqual([])
    await minutes(1)
    expect(w.refits).toEqual(['llama'])
    expect(Math.exp(biasOf('power')!.logBias)).toBeCloseTo(1.04, 6)
    await minutes(3)
    expect(w.refits).toHaveLength(1)
  })

  it('raises the alarm once, and takes it back where the model is right again', async () => {
    w.state.serving = { requestsRunning: 64, outputTokensPerSecond: 2000 }
    await minutes(8)
    expect(w.events).toMatchObject([
      {
        type: 'model.drift',
        subject: 'model/llama',
        data: { model: 'llama', layout: 'H100-tp2-pp1-fp8', quantity: 'step' },
      },
    ])
    expect(w.events[0]!.data.measuredOverPredicted).toBeCloseTo(1.6, 6)
  })

  it('compares only what can be told apart and has settled', async () => {
    const compared = async () => (await correctLive(w.ports)).compared
    w.state.changedAtMs = startMs - 5 * MINUTE_MS
    expect(await compared()).toBe(0)
    w.state.changedAtMs = startMs - 15 * MINUTE_MS
    w.state.serving = { requestsRunning: 1, outputTokensPerSecond: 40 }
    expect(await compared()).toBe(0)
    w.state.serving = { requestsRunning: 64 }
    expect(await compared()).toBe(0)
    w.state.serving = {}
    expect(await compared()).toBe(0)
    w.state.serving = { requestsRunning: 64, outputTokensPerSecond: 3200 }
    w.state.known = false
    expect(await compared()).toBe(0)
    w.state.known = true
    w.state.points = []
    expect(await compared()).toBe(0)
    w.state.points = [smallPoint]
    const other = planIn('eu-central', [1, 1])
    const mixed = other.assignments.map((one) => ({ ...one, pointId: 'another' }))
    const { plan } = w.state
    w.state.plan = { ...plan, assignments: [...plan.assignments, ...mixed] }
    expect(await compared()).toBe(0)
    w.state.plan = plan
    w.state.status = 'infeasible'
    expect(await compared()).toBe(0)
    w.state.status = 'planned'
    w.state.watts = undefined
    expect(await compared()).toBe(1)
  })

  it('hears each minute once, whichever process comes first', async () => {
    expect(await correctLive(w.ports)).toEqual({ compared: 2 })
    expect(await correctLive(w.ports)).toEqual({ compared: 0 })
    w.state.nowMs += MINUTE_MS
    w.ports = { ...w.ports, biases: { ...w.biases, save: async () => false } }
    expect(await correctLive(w.ports)).toEqual({ compared: 0 })
  })
})
