import { describe, expect, it } from 'vitest'
import { gpuFromSpec } from '../../services/fitting/index.ts'

const spec = {
  name: 'X1',
  memoryGb: 96,
  bandwidthGbPerSecond: 4000,
  bf16Tflops: 900,
  fp8Tflops: 1800,
  linkGbPerSecond: 400,
  tdpWatts: 600,
  idleWatts: 60,
  loadedIdleWatts: 110,
}

describe('a GPU from its spec file', () => {
  it('is known by its numbers, and says that nobody has measured it', () => {
    expect(gpuFromSpec(spec)).toMatchObject({ ...spec, source: 'spec file' })
    expect(gpuFromSpec(spec).estimated).toMatch(/^from a spec file/)
    expect(gpuFromSpec({ ...spec, source: 'data sheet' }).source).toBe('data sheet')
  })

  it.each([
    ['no object', 7, /not a JSON object/],
    ['nothing', null, /not a JSON object/],
    ['no name', { ...spec, name: undefined }, /^\/name of/],
    ['an empty name', { ...spec, name: '' }, /^\/name of/],
    ['a missing number', { ...spec, tdpWatts: undefined }, /^\/tdpWatts of/],
    ['a number that is none', { ...spec, memoryGb: '96' }, /^\/memoryGb of/],
    ['a number below zero', { ...spec, idleWatts: -1 }, /^\/idleWatts of .* positive number$/],
  ])('is refused with %s', (_what, document, message) => {
    expect(() => gpuFromSpec(document)).toThrow(message)
  })
})
