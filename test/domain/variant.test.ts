import { describe, expect, it } from 'vitest'
import { gpusPerReplica, type Variant, variantId } from '../../services/domain/variant.ts'

const plain: Variant = {
  gpu: 'H100',
  tensorParallel: 4,
  pipelineParallel: 2,
  dataParallel: 1,
  expertParallel: false,
  precision: 'fp8',
  maxBatch: 64,
}

describe('variant', () => {
  it('counts the GPUs of a replica', () => {
    expect(gpusPerReplica(plain)).toBe(8)
    expect(gpusPerReplica({ ...plain, pipelineParallel: 1, dataParallel: 2 })).toBe(8)
  })

  it('has a readable id that says only what differs from the plain case', () => {
    expect(variantId(plain)).toBe('H100-tp4-pp2-fp8-b64')
    expect(variantId({ ...plain, dataParallel: 2, expertParallel: true, powerCapWatts: 500 })).toBe(
      'H100-tp4-pp2-dp2-ep-fp8-b64-500w',
    )
  })
})
