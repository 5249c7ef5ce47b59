import { beforeAll, describe, expect, it } from 'vitest'
import { couplingPrices } from '../../services/planning/coupling-prices.ts'
import { type LinearSolver, loadHighs } from '../../services/planning/index.ts'
import { compileInstance } from '../../services/planning/instance.ts'
import { modelPrices } from '../../services/planning/model-prices.ts'
import type { PricedFractions } from '../../services/planning/prices.ts'
import { windowPrices } from '../../services/planning/window-prices.ts'
import { windowShare } from '../../services/planning/window-share.ts'
import { generateProblem } from '../bench/planner/instances.ts'

let solver: LinearSolver
beforeAll(async () => {
  solver = await loadHighs()
})

const instance = compileInstance(
  generateProblem({ regions: 3, windows: 14, models: 3, variants: 6, seed: 2 }),
)

/** As `windowPrices` leaves them before a model's own LP: starts free, work at the coarse price. */
function withoutStarts(): PricedFractions {
  const { startPrices: _, ...priced } = windowPrices(instance, unanswering())!
  return priced
}

/** HiGHS, but LPs that are not kept open count as without an answer; their duals stand. */
const unanswering = (): LinearSolver => ({
  ...solver,
  solve: (model, limits) => ({ ...solver.solve(model, limits), status: 'unknown' }),
})

const inTime = () => false

/** Not to be asked. */
const mute: LinearSolver = {
  name: 'mute',
  solve: () => expect.fail('asked'),
  open: () => expect.fail('asked'),
}

const boundAt = (priced: PricedFractions): number => {
  const coupling = couplingPrices(instance, priced)
  return coupling.base + windowShare(instance, coupling, () => true)
}

describe('modelPrices', () => {
  it('prices starts no higher than they cost, and proves more than free starts', () => {
    const before = withoutStarts()
    const own = modelPrices(instance, solver, before, inTime)
    expect(own.startPrices!.some((prices) => prices.some((price) => price > 0))).toBe(true)
    expect(boundAt({ ...before, ...own })).toBeGreaterThan(1.001 * boundAt(before))
  })

  it('leaves work at its price and starts free where a model has no answer', () => {
    const before = withoutStarts()
    const own = modelPrices(instance, unanswering(), before, inTime)
    expect(own.workPrices).toEqual(before.workPrices)
    expect(own.startPrices!.every((prices) => prices.every((price) => price === 0))).toBe(true)
  })

  it('asks nothing for models that carry nothing, nor once it is late', () => {
    const before = withoutStarts()
    const nothing = { ...before, fractions: before.fractions.map((own) => own.map(() => 0)) }
    expect(modelPrices(instance, mute, nothing, inTime).workPrices).toEqual(before.workPrices)
    expect(modelPrices(instance, mute, before, () => true).workPrices).toEqual(before.workPrices)
  })

  it('asks nothing where the LPs would be too large', () => {
    const long = compileInstance(
      generateProblem({ regions: 8, windows: 200, models: 12, variants: 8, seed: 2 }),
    )
    const everywhere: PricedFractions = {
      fractions: long.models.map(({ binCount }) => new Float64Array(200 * binCount).fill(1)),
      batch: [],
      gpuPrices: new Float64Array(200 * long.pools.length),
      workPrices: new Float64Array(long.batch.length).fill(1),
    }
    const { workPrices } = modelPrices(long, mute, everywhere, inTime)
    expect(workPrices).toEqual(everywhere.workPrices)
  })
})
