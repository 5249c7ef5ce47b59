import { describe, expect, it } from 'vitest'
import { horizonModel } from '../../services/planning/horizon-model.ts'
import { type LinearSolver, loadGlpk, loadHighs } from '../../services/planning/index.ts'
import { compileInstance } from '../../services/planning/instance.ts'
import { linearModelBuilder } from '../../services/planning/linear-model-builder.ts'
import { openSolver } from '../../services/wiring/open-solver.ts'
import { generateProblem } from '../bench/planner/instances.ts'

const SOLVERS: readonly [string, () => Promise<LinearSolver>][] = [
  ['highs', loadHighs],
  ['highs, compiled beforehand', openSolver],
  ['glpk', loadGlpk],
]

/** min 2x + 3y with x + y >= load, x <= 3, 0 <= x - y <= 2. */
function covering(whole: boolean, load = 5) {
  const builder = linearModelBuilder()
  const x = builder.column(2, 3, whole)
  const y = builder.column(3, Number.POSITIVE_INFINITY, whole)
  builder.row(load, Number.POSITIVE_INFINITY, [x, 1, y, 1])
  builder.row(0, 2, [x, 1, y, -1])
  return builder.build()
}

describe.each(SOLVERS)('%s', (_, load) => {
  it('finds the optimum of an LP, and what one unit more would cost', async () => {
    const answer = (await load()).solve(covering(false))
    expect(answer).toMatchObject({ status: 'optimal' })
    expect(answer.value).toBeCloseTo(12, 9)
    expect(answer.bound).toBeCloseTo(12, 9)
    expect([...answer.columnValues]).toEqual([3, 2])
    expect(answer.rowDuals[0]).toBeCloseTo(3, 9)
  })

  it('finds whole numbers', async () => {
    const answer = (await load()).solve(covering(true, 5.5), { relativeGap: 1e-4 })
    expect(answer.value).toBeCloseTo(15, 6)
    expect(answer.bound).toBeLessThanOrEqual(15 + 1e-9)
    expect(answer.rowDuals[0]).toBe(0)
  })

  it('sees that there is nothing', async () => {
    const solver = await load()
    const builder = linearModelBuilder()
    const x = builder.column(1, 3)
    builder.row(4, Number.POSITIVE_INFINITY, [x, 1])
    const answer = solver.solve(builder.build())
    // GLPK's presolver gives up without a reason.
    expect(['infeasible', 'unknown']).toContain(answer.status)
    expect(answer.value).toBe(Number.POSITIVE_INFINITY)
    expect(answer.bound).toBe(Number.NEGATIVE_INFINITY)
  })

  it('proves nothing where there is no least', async () => {
    const builder = linearModelBuilder()
    builder.row(1, Number.POSITIVE_INFINITY, [builder.column(-1), 1])
    const answer = (await load()).solve(builder.build())
    expect(answer.bound).toBe(Number.NEGATIVE_INFINITY)
  })

  it('solves a changed model again', async () => {
    const model = covering(false, 4)
    const open = (await load()).open(model)
    expect(open.solve().value).toBeCloseTo(9, 9)
    open.setCosts(Float64Array.of(2, 1))
    expect(open.solve().value).toBeCloseTo(6, 9)
    open.setUpper(Float64Array.of(3, 1))
    expect(open.solve().value).toBeCloseTo(7, 9)
    open.setRowBounds(Float64Array.of(2, 0), Float64Array.of(2, 2))
    expect(open.solve({ timeLimitSeconds: 5 }).value).toBeCloseTo(3, 9)
    open.close()
  })

  it('takes rows without a lower bound, and without any', async () => {
    const builder = linearModelBuilder()
    const x = builder.column(-1)
    builder.row(Number.NEGATIVE_INFINITY, 7, [x, 1])
    builder.row(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, [x, 1])
    builder.row(5, 5, [x, 1, builder.column(0), 1])
    expect((await load()).solve(builder.build()).value).toBeCloseTo(-5, 9)
  })
})

describe('highs, out of time', () => {
  it('has no answer', async () => {
    const size = { regions: 2, windows: 12, models: 3, variants: 8, seed: 7 }
    const { linear } = horizonModel(compileInstance(generateProblem(size)), { whole: true })
    const answer = (await loadHighs()).solve(linear, { timeLimitSeconds: 0 })
    expect(answer).toMatchObject({ status: 'unknown', value: Number.POSITIVE_INFINITY })
  })
})
