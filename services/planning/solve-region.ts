import type { Block, BlockSolution } from './block.ts'
import { emptyDraft } from './draft.ts'
import { compileInstance, type Instance } from './instance.ts'
import { seriesOf } from './point-series.ts'
import { roundLoads } from './round-loads.ts'
import { searchBlock } from './search-block.ts'

/** Whole replicas for one region's share: rounded, then searched. */
export function solveRegion(block: Block): BlockSolution {
  const instance = compileInstance(block.problem)
  const draft = emptyDraft(instance)
  roundLoads(draft, fractionsOf(block, instance))
  searchBlock(block, draft)
  return { blockId: block.id, replicas: seriesOf(instance, draft.replicas), batch: block.batch }
}

function fractionsOf(block: Block, instance: Instance): Float64Array[] {
  const series = new Map(
    block.fractions.map(({ model, pointId, values }) => [`${model} ${pointId}`, values]),
  )
  return instance.models.map((model) => {
    const fractions = new Float64Array(instance.windowCount * model.binCount)
    for (let b = 0; b < model.binCount; b++) {
      const values = series.get(`${model.id} ${model.point[b]!.id}`) ?? []
      for (const [t, value] of values.entries()) fractions[t * model.binCount + b] = value
    }
    return fractions
  })
}
