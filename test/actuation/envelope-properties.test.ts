import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withinEnvelope } from '../../services/actuation/envelope.ts'
import {
  type EnvelopeInput,
  type EnvelopeTarget,
  quotaKey,
} from '../../services/actuation/envelope-facts.ts'
import { caseCount, patienceMs } from '../support/case-count.ts'

const ids = ['a', 'b', 'c', 'd']
const anyTarget = fc.record({
  region: fc.constantFrom('eu', 'us'),
  model: fc.constantFrom('llama', 'qwen'),
  gpu: fc.constantFrom('H100', 'B200'),
  gpusPerReplica: fc.integer({ min: 1, max: 8 }),
  capacityTokensPerSecond: fc.integer({ min: 1, max: 500 }),
  floorReplicas: fc.integer({ min: 0, max: 3 }),
})
const anyState = fc.record(
  {
    replicas: fc.integer({ min: 0, max: 12 }),
    readyReplicas: fc.integer({ min: 0, max: 12 }),
    changedAtMs: fc.integer({ min: 0, max: 1_000_000 }),
    settled: fc.boolean(),
    rollingOut: fc.boolean(),
    health: fc.constantFrom('ok' as const, 'degraded' as const, 'unknown' as const),
    paused: fc.boolean(),
  },
  { requiredKeys: ['settled', 'rollingOut', 'health', 'paused'] },
)
const anyWish = fc.oneof(
  fc.integer({ min: -3, max: 30 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 1.5, 1e308),
)
const anyFloor = fc.record(
  {
    minReplicas: fc.integer({ min: 0, max: 6 }),
    tokensPerSecond: fc.integer({ min: 0, max: 3_000 }),
    sloBurning: fc.boolean(),
  },
  { requiredKeys: ['minReplicas', 'sloBurning'] },
)
const anyInput: fc.Arbitrary<EnvelopeInput> = fc.record({
  targets: fc
    .array(anyTarget, { minLength: 1, maxLength: 4 })
    .map((list) => list.map((one, index) => ({ ...one, id: ids[index]! }))),
  states: fc.dictionary(fc.constantFrom(...ids), anyState),
  wanted: fc.dictionary(fc.constantFrom(...ids), anyWish),
  nowMs: fc.constant(1_000_000),
  limits: fc.record({
    models: fc.dictionary(fc.constantFrom('llama', 'qwen'), anyFloor),
    quotaGpus: fc.dictionary(
      fc.constantFrom('eu/H100', 'eu/B200', 'us/H100', 'us/B200'),
      fc.integer({ min: 0, max: 120 }),
    ),
    maxChangedGpus: fc.integer({ min: 0, max: 60 }),
    changedGpus: fc.dictionary(fc.constantFrom('eu', 'us'), fc.integer({ min: 0, max: 30 })),
    minDwellMs: fc.integer({ min: 0, max: 600_000 }),
    maxUnreadyRatio: fc.constantFrom(0.45, 1),
    lastKnownGood: fc.dictionary(fc.constantFrom(...ids), fc.integer({ min: 0, max: 12 })),
  }),
})

/** The envelope's promises, checked from the outside, by sums over the whole result. */
function promisesHold(given: EnvelopeInput): void {
  const verdicts = new Map(withinEnvelope(given).map((one) => [one.targetId, one.replicas]))
  const now = (one: EnvelopeTarget) => given.states[one.id]?.replicas
  const next = (one: EnvelopeTarget) => verdicts.get(one.id)
  const sum = (of: (one: EnvelopeTarget) => number, where: (one: EnvelopeTarget) => boolean) =>
    given.targets.filter(where).reduce((total, one) => total + of(one), 0)

  for (const one of given.targets) {
    expect(next(one) === undefined).toBe(now(one) === undefined)
    const pool = (other: EnvelopeTarget) => quotaKey(other) === quotaKey(one)
    const before = sum((other) => (now(other) ?? 0) * other.gpusPerReplica, pool)
    const peak = sum(
      (other) => Math.max(now(other) ?? 0, next(other) ?? 0) * other.gpusPerReplica,
      pool,
    )
    expect(peak).toBeLessThanOrEqual(Math.max(before, given.limits.quotaGpus[quotaKey(one)] ?? 0))
    if (next(one) === undefined || next(one)! >= now(one)!) continue
    removalIsSafe(given, one, next)
  }
}

function removalIsSafe(
  { states, limits: { models, minDwellMs }, targets, nowMs }: EnvelopeInput,
  one: EnvelopeTarget,
  next: (one: EnvelopeTarget) => number | undefined,
): void {
  const state = states[one.id]!
  const floor = models[one.model]!
  expect(state).toMatchObject({ paused: false, rollingOut: false })
  expect(state.health).not.toBe('degraded')
  expect(floor.sloBurning).toBe(false)
  expect(next(one)).toBeGreaterThanOrEqual(one.floorReplicas)
  if (state.changedAtMs !== undefined) {
    expect(nowMs - state.changedAtMs).toBeGreaterThanOrEqual(minDwellMs)
  }
  const serving = targets
    .filter(({ model }) => model === one.model)
    .map((sibling) => {
      const seen = states[sibling.id]
      const ready = seen?.readyReplicas ?? (seen?.settled ? (seen.replicas ?? 0) : 0)
      return { ...sibling, count: Math.min(ready, next(sibling) ?? 0) }
    })
  const capacity = serving.reduce((sum, s) => sum + s.count * s.capacityTokensPerSecond, 0)
  const replicas = serving.reduce((sum, { count }) => sum + count, 0)
  expect(capacity).toBeGreaterThanOrEqual(floor.tokensPerSecond!)
  expect(replicas).toBeGreaterThanOrEqual(floor.minReplicas)
}

describe('for any plan, however wrong', () => {
  it(
    'quota and floors hold, and nothing is removed without knowing',
    () => {
      fc.assert(fc.property(anyInput, promisesHold), { numRuns: caseCount(3_000), seed: 1 })
    },
    patienceMs(60_000, 3_000),
  )

  it(
    'no more changes hands than the budget, floors aside',
    () => {
      fc.assert(
        fc.property(anyInput, (given) => {
          const free = {
            ...given,
            targets: given.targets.map((one) => ({ ...one, floorReplicas: 0 })),
            limits: { ...given.limits, models: mapFloors(given) },
          }
          const verdicts = withinEnvelope(free)
          for (const region of ['eu', 'us']) {
            const moved = free.targets.reduce((sum, one, index) => {
              const from = free.states[one.id]?.replicas
              const to = verdicts[index]!.replicas
              if (one.region !== region || from === undefined) return sum
              return sum + Math.abs(to! - from) * one.gpusPerReplica
            }, free.limits.changedGpus[region] ?? 0)
            const allowed = Math.max(
              free.limits.maxChangedGpus,
              free.limits.changedGpus[region] ?? 0,
            )
            expect(moved).toBeLessThanOrEqual(allowed)
          }
        }),
        { numRuns: caseCount(1_000), seed: 2 },
      )
    },
    patienceMs(60_000, 1_000),
  )
})

const mapFloors = ({ limits: { models } }: EnvelopeInput) =>
  Object.fromEntries(
    Object.entries(models).map(([model, floor]) => [
      model,
      { ...floor, minReplicas: 0, tokensPerSecond: 0 },
    ]),
  )
