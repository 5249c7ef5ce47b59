import { expect, it } from 'vitest'
import {
  baselineAssignments,
  type Plan,
  planFigures,
  pricePlan,
} from '../../services/planning/index.ts'
import { model, point, problem, region } from './problems.ts'

it('shares the carbon of a plan out to its regions and windows, and says what its variants carry', () => {
  const asked = problem({
    count: 2,
    regions: [region('a', [100, 300]), region('b', [50, 60], { ownership: 'reserved' })],
    models: [model('chat', { points: [point('p'), point('unused')] })],
  })
  const at = (window: number, where: string, replicas: number) => ({
    window,
    region: where,
    model: 'chat',
    pointId: 'p',
    replicas,
    starts: 0,
    tokensPerSecond: 80 * replicas,
    batchTokensPerSecond: 0,
  })
  const assignments = [at(0, 'a', 2), at(1, 'a', 1), at(1, 'b', 3)]
  const figures = planFigures(asked, { assignments } as unknown as Plan)
  const { regions, variants, baselineCarbonG } = figures
  expect(regions.map(({ id }) => id)).toEqual(['a', 'b'])
  expect(regions[1]!.carbonG[0]).toBeGreaterThan(0) // reserved GPUs draw power while they idle
  const total = regions.flatMap(({ carbonG }) => carbonG).reduce((sum, one) => sum + one, 0)
  expect(total).toBeCloseTo(pricePlan(asked, assignments).predicted.carbonG, 9)
  const byRule = pricePlan(asked, baselineAssignments(asked)).predicted.carbonG
  expect(baselineCarbonG).toHaveLength(2)
  expect(baselineCarbonG[0]! + baselineCarbonG[1]!).toBeCloseTo(byRule, 9)
  const carries = { capacityTokensPerSecond: 100, gpusPerReplica: 1, ttftP95Ms: 200, tpotP95Ms: 20 }
  expect(variants).toEqual([{ model: 'chat', pointId: 'p', ...carries }])
})
