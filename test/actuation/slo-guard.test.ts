import { describe, expect, it } from 'vitest'
import {
  aibrixMetric,
  type GuardInput,
  guardSlo,
  type SteeredTarget,
  wvaMetrics,
} from '../../services/actuation/index.ts'
import { sighting } from './sighting.ts'

const target = (id: string, capacityTokensPerSecond: number): SteeredTarget => ({
  ref: { id, kind: 'replicas', region: id, backend: 'x', locator: {} },
  region: id,
  model: 'llama',
  pointId: 'p',
  gpu: 'H100',
  gpusPerReplica: 2,
  capacityTokensPerSecond,
  floorReplicas: 0,
  safeReplicas: 1,
  maxInFlight: 64,
})
const added = (over: Partial<GuardInput>) =>
  guardSlo({
    model: 'llama',
    demandTokensPerSecond: 300,
    slo: 'ok',
    ranked: [target('clean', 100), target('dirty', 50)],
    observed: { clean: sighting(2), dirty: sighting(2) },
    freeGpus: { 'clean/H100': 8, 'dirty/H100': 8 },
    fullAt: 1,
    burst: 2,
    ...over,
  }).map(({ target: { id }, toReplicas, reason }) => [id, toReplicas, reason])

describe('the guard', () => {
  const OUTGROWN = 'demand has outgrown the plan'
  it('does nothing while what was told carries the demand', () => {
    expect(added({})).toEqual([])
    expect(added({ demandTokensPerSecond: undefined as never })).toEqual([])
  })

  it('adds where the plan would add first, as much as is missing', () => {
    expect(added({ demandTokensPerSecond: 550 })).toEqual([['clean', 5, OUTGROWN]])
    expect(added({ fullAt: 0.5 })).toEqual([['clean', 5, OUTGROWN]])
  })

  it('goes on to the next where GPUs run out, and stops where all do', () => {
    const free = { 'clean/H100': 3, 'dirty/H100': 3 }
    expect(added({ demandTokensPerSecond: 450, freeGpus: free })).toEqual([
      ['clean', 3, OUTGROWN],
      ['dirty', 3, OUTGROWN],
    ])
    expect(added({ demandTokensPerSecond: 450, freeGpus: {} })).toEqual([])
  })

  it('adds a burst where promises are missed, unless the queue is known to be empty', () => {
    expect(added({ slo: 'burning' })).toEqual([['clean', 4, 'promises are missed']])
    expect(added({ slo: 'burning', requestsWaiting: 0 })).toEqual([])
    expect(added({ slo: 'unknown' })).toEqual([])
  })

  it('leaves alone what it cannot see, what is paused and what is sick', () => {
    const demandTokensPerSecond = 1_000
    const dirty = ['dirty', 6, OUTGROWN]
    for (const clean of [sighting(2, { paused: true }), sighting(2, { health: 'degraded' })]) {
      expect(added({ demandTokensPerSecond, observed: { clean, dirty: sighting(2) } })).toEqual([
        dirty,
      ])
    }
    expect(added({ demandTokensPerSecond, observed: { dirty: sighting(2) } })).toEqual([dirty])
  })
})

describe('the pull surface', () => {
  const wanted = {
    targetId: 'eu/llama',
    namespace: 'llm',
    name: 'llama-h100',
    model: 'meta/"llama"',
    gpu: 'H100',
    replicas: 6,
  }
  it("speaks llm-d's metric names, and no ratio to nothing", () => {
    const labels = '{variant_name="llama-h100",namespace="llm",accelerator_type="H100"}'
    const text = wvaMetrics([{ ...wanted, currentReplicas: 4 }])
    expect(text).toContain(`wva_desired_replicas${labels} 6\n`)
    expect(text).toContain(`wva_current_replicas${labels} 4\n`)
    expect(text).toContain(`wva_desired_ratio${labels} 1.5\n`)
    expect(wvaMetrics([wanted, { ...wanted, currentReplicas: 0 }])).not.toContain('desired_ratio{')
  })

  it('speaks AIBrix, with its names quoted', () => {
    expect(aibrixMetric(wanted)).toBe('vllm:deployment_replicas{model_name="meta/\\"llama\\""} 6\n')
  })
})
