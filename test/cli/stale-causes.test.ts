import { beforeAll, expect, test } from 'vitest'
import { planFleet } from '../../services/cli/plan-fleet.ts'
import { planFileText, type SavedPlan } from '../../services/cli/saved/plan-file.ts'
import { type Fresh, staleCauses } from '../../services/cli/saved/stale-causes.ts'

const atMs = Date.parse('2026-06-15T12:00Z')
const io = { out: () => undefined, err: () => undefined, env: {}, nowMs: () => atMs, isTty: false }
let saved: SavedPlan

beforeAll(async () => {
  const planned = await planFleet({ fleet: 'test/fixtures/fleet/small.yaml', solver: 'highs' }, io)
  saved = JSON.parse(planFileText(planned)).saved
})

const causes = (change: (fresh: SavedPlan) => void, nowMs = atMs) => {
  const fresh = structuredClone(saved)
  change(fresh)
  return staleCauses(saved, fresh as Fresh, nowMs, 0.1)
}
const scale = (values: readonly number[], by: number) => values.map((value) => value * by)

test('nothing has changed: nothing is stale', () => {
  expect(causes(() => undefined)).toEqual([])
})

test('what moved less than the tolerance is let pass, what moved more is named', () => {
  const [region] = saved.problem.regions
  const by = (factor: number) => (fresh: SavedPlan) =>
    Object.assign(fresh.problem.regions[0]!, {
      carbonGPerKwh: scale(region!.carbonGPerKwh, factor),
    })
  expect(causes(by(1.05))).toEqual([])
  expect(causes(by(1.5))).toEqual([
    expect.stringMatching(
      /^the grid of DE \(a\): a mean of \d+ gCO2e\/kWh was expected, now it is/,
    ),
  ])
})

test('traffic, fits and fields of the fleet are named', () => {
  const found = causes((fresh) => {
    const [model] = fresh.problem.models
    const [demand] = model!.demand
    Object.assign(demand!, { tokensPerSecond: scale(demand!.tokensPerSecond, 3) })
    Object.assign(model!.points[0]!, { busyWatts: 1 })
    Object.assign(fresh, { fleetHash: 'other' })
    Object.assign(fresh.fleet.regions[1]!, { pue: 1.3 })
  })
  expect(found).toEqual([
    'the fleet file: /regions/1/pue was 1.1, is 1.3',
    expect.stringMatching(/^the traffic of chat from europe: .* tokens\/s was expected/),
    'what is known of chat: its layouts were fitted anew',
  ])
})

test('many changed fields are cut short; a changed comment is none', () => {
  const many = causes((fresh) => {
    Object.assign(fresh, {
      fleetHash: 'other',
      fleet: { ...fresh.fleet, regions: Array(20).fill(1) },
    })
  })
  expect(many).toContain('the fleet file: 10 more fields')
  expect(causes((fresh) => Object.assign(fresh, { fleetHash: 'other' }))).toEqual([])
})

test('before its first and after its last window a plan says nothing', () => {
  const lastMs = saved.plan.windows.at(-1)!.endMs
  expect(causes(() => undefined, lastMs)).toEqual(['its last window ended at 2026-06-16T12:00Z'])
  expect(causes(() => undefined, atMs - 1)).toEqual([
    'its first window begins at 2026-06-15T12:00Z',
  ])
})
