import { InvalidInput } from '../domain/errors.ts'
import type { GpuSpec } from './architecture.ts'

const NEEDED = [
  'memoryGb',
  'bandwidthGbPerSecond',
  'bf16Tflops',
  'fp8Tflops',
  'linkGbPerSecond',
  'tdpWatts',
  'idleWatts',
  'loadedIdleWatts',
] as const

/**
 * A GPU that the catalogue lacks, from its spec file: `name` and the numbers of `GpuSpec`, in the
 * units of their names. No run of it is behind the prior, which widens every interval and is said.
 *
 * @throws InvalidInput naming the field that is missing or wrong
 */
export function gpuFromSpec(document: unknown): GpuSpec {
  if (typeof document !== 'object' || document === null) {
    throw new InvalidInput('the GPU spec file is not a JSON object')
  }
  const spec = document as Readonly<Record<string, unknown>>
  if (typeof spec.name !== 'string' || spec.name === '') throw wrong('name', 'a text')
  for (const field of NEEDED) {
    if (!(typeof spec[field] === 'number' && spec[field] > 0))
      throw wrong(field, 'a positive number')
  }
  return {
    source: 'spec file',
    estimated: 'from a spec file; no measured run of this GPU is behind the prior',
    ...(spec as unknown as Pick<GpuSpec, 'name' | (typeof NEEDED)[number]>),
  }
}

const wrong = (field: string, what: string): InvalidInput =>
  new InvalidInput(`/${field} of the GPU spec file must be ${what}`, [
    { path: `/${field}`, message: `must be ${what}` },
  ])
