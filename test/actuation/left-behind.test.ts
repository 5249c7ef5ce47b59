import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  type CommandInput,
  commandsFor,
  exactly,
  type Observed,
  type SteeredTarget,
} from '../../services/actuation/index.ts'
import { sighting } from './sighting.ts'

/**
 * What is left behind when every process of ours is dead, as told to autoscalers: bounds. Proof by
 * properties, over any plan and demand, of what the far side then does alone; that every adapter
 * leaves exactly these bounds is in its contract suite, and a real API server in `npm run test:k8s`.
 */
const QUOTA_GPUS = 10_000
/** Load per replica that the autoscaler aims at, as a share of what a replica carries. */
const AIM = 0.9
/** Kubernetes' own: nothing moves within a tenth of the aim. */
const TOLERANCE = 0.1

const anyPlace = fc.record({
  replicas: fc.integer({ min: 1, max: 40 }),
  capacityTokensPerSecond: fc.integer({ min: 10, max: 5_000 }),
  gpusPerReplica: fc.integer({ min: 1, max: 8 }),
  /** As somebody else's autoscaler was found. */
  foundMin: fc.integer({ min: 0, max: 40 }),
  foundMore: fc.integer({ min: 0, max: 60 }),
})
const anyFleet = fc.record({
  places: fc.array(anyPlace, { minLength: 1, maxLength: 4 }),
  /** Share of the plan's capacity that its demand takes, and how it grows afterwards. */
  load: fc.double({ min: 0.1, max: 1, noNaN: true }),
  growth: fc.double({ min: 1, max: 6, noNaN: true }),
  wishes: fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 20 }),
})
type AnyFleet = typeof anyFleet extends fc.Arbitrary<infer Fleet> ? Fleet : never

const targetsOf = ({ places }: AnyFleet): readonly SteeredTarget[] =>
  places.map(({ capacityTokensPerSecond, gpusPerReplica }, index) => ({
    ref: { id: `t${index}`, kind: 'replicas', region: 'eu', backend: 'hpa', locator: {} },
    region: 'eu',
    model: 'llama',
    pointId: `v${index}`,
    gpu: 'H100',
    gpusPerReplica,
    capacityTokensPerSecond,
    floorReplicas: 0,
    safeReplicas: 0,
    maxInFlight: 1,
  }))

const nowOf = ({ places, load }: AnyFleet): number =>
  load * places.reduce((sum, one) => sum + one.replicas * one.capacityTokensPerSecond, 0)

/** Tells until nothing is left to tell. @returns the bounds that the far side was left with */
function leftBehind(fleet: AnyFleet): readonly { readonly min: number; readonly max: number }[] {
  const targets = targetsOf(fleet)
  let observed: Record<string, Observed> = Object.fromEntries(
    fleet.places.map(({ foundMin: min, foundMore }, index) => [
      `t${index}`,
      steered(min, min + foundMore),
    ]),
  )
  for (let round = 0; round < 10; round++) {
    const { commands } = commandsFor(inputOf(fleet, targets, observed))
    if (commands.length === 0) return targets.map(({ ref }) => observed[ref.id]!.desired.replicas!)
    for (const { target, desired } of commands) {
      const { min, max } = desired.replicas!
      observed = { ...observed, [target.id]: steered(min, max) }
    }
  }
  throw new Error('it never comes to rest')
}

const steered = (min: number, max: number): Observed =>
  sighting(min, { desired: { replicas: { min, max } }, readyReplicas: min, elastic: true })

const inputOf = (
  fleet: AnyFleet,
  targets: readonly SteeredTarget[],
  observed: Readonly<Record<string, Observed>>,
): CommandInput => ({
  assignments: fleet.places.map(({ replicas }, index) => ({
    window: 0,
    region: 'eu',
    model: 'llama',
    pointId: `v${index}`,
    replicas,
    starts: 0,
    tokensPerSecond: 0,
    batchTokensPerSecond: 0,
  })),
  targets,
  observed,
  changedAtMs: {},
  growth: { llama: fleet.growth },
  limits: {
    models: { llama: { minReplicas: 0, tokensPerSecond: nowOf(fleet), sloBurning: false } },
    quotaGpus: { 'eu/H100': QUOTA_GPUS },
    maxChangedGpus: Number.POSITIVE_INFINITY,
    changedGpus: {},
    minDwellMs: 0,
    maxUnreadyRatio: 1,
    lastKnownGood: {},
  },
  nowMs: 1,
})

const clamp = (count: number, { min, max }: { min: number; max: number }) =>
  Math.max(min, Math.min(max, count))

it('whatever autoscalers do within their bounds, what was planned for now is carried', () => {
  fc.assert(
    fc.property(anyFleet, (fleet) => {
      const bounds = leftBehind(fleet)
      for (const wish of fleet.wishes) {
        const capacity = fleet.places.reduce(
          (sum, { capacityTokensPerSecond }, index) =>
            sum + clamp(wish, bounds[index]!) * capacityTokensPerSecond,
          0,
        )
        expect(capacity).toBeGreaterThanOrEqual(nowOf(fleet) * (1 - 1e-9))
      }
    }),
    { numRuns: 500, seed: 3 },
  )
})

it('autoscalers that follow their load carry all that the plan foresaw, without anybody of us', () => {
  fc.assert(
    fc.property(anyFleet, fc.double({ min: 0, max: 1, noNaN: true }), (fleet, share) => {
      const bounds = leftBehind(fleet)
      const planned = nowOf(fleet) / fleet.load
      // Traffic stays split as it was; demand is anything up to the most that was foreseen.
      const demand = share * fleet.growth * nowOf(fleet)
      fleet.places.forEach(({ replicas, capacityTokensPerSecond }, index) => {
        const load = (demand * replicas * capacityTokensPerSecond) / planned
        let running = bounds[index]!.min
        for (let sync = 0; sync < 50; sync++) {
          const ratio = load / (running * capacityTokensPerSecond * AIM)
          if (Math.abs(ratio - 1) > TOLERANCE) {
            running = clamp(Math.ceil(running * ratio), bounds[index]!)
          }
        }
        expect(running * capacityTokensPerSecond).toBeGreaterThanOrEqual(load * (1 - 1e-9))
      })
    }),
    { numRuns: 500, seed: 4 },
  )
})

it('without room only what was planned for now is carried: bounds are exact', () => {
  fc.assert(
    fc.property(anyFleet, (fleet) => {
      for (const [index, bounds] of leftBehind({ ...fleet, growth: 0 }).entries()) {
        expect(bounds).toEqual(exactly(fleet.places[index]!.replicas))
      }
    }),
    { numRuns: 100, seed: 5 },
  )
})
