import { Type } from 'typebox'
import { Id, strict } from './parts.ts'
import type { Of } from './ref.ts'

export const DemandPushSchema = strict(
  {
    kind: Type.Enum(['observed', 'forecast'], {
      description: 'Measured traffic, or what your own forecast says.',
    }),
    origin: Id,
    slots: Type.Array(
      strict({
        startMs: Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 }),
        endMs: Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 }),
        tokensPerSecond: Type.Number({ minimum: 0, maximum: 1e9, description: 'Output tokens/s.' }),
      }),
      { minItems: 1, maxItems: 2016, description: 'In order, without overlap.' },
    ),
  },
  { description: 'Traffic of one model from one origin.' },
)
export type DemandPush = Of<typeof DemandPushSchema>

export const DemandKeptSchema = Type.Object(
  { slots: Type.Integer({ description: 'How many were kept.' }) },
  { $id: 'DemandKept' },
)
