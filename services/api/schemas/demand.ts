import { Type } from 'typebox'
import { Id, strict } from './parts.ts'
import type { Of } from './ref.ts'

/** How far ahead traffic may be told of: a plan looks two days, its jobs a week. */
export const AHEAD_DAYS = 14

const Instant = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 })
const Slot = {
  startMs: Instant,
  endMs: Instant,
  tokensPerSecond: Type.Number({ minimum: 0, maximum: 1e9, description: 'Output tokens/s.' }),
}

export const DemandPushSchema = strict(
  {
    kind: Type.Enum(['observed', 'forecast'], {
      description: 'Measured traffic, or what your own forecast says.',
    }),
    origin: Id,
    slots: Type.Array(strict(Slot), {
      minItems: 1,
      maxItems: 2016,
      description: `In order, without overlap. Observed ones have begun, all end within ${AHEAD_DAYS} days.`,
    }),
  },
  { description: 'Traffic of one model from one origin.' },
)
export type DemandPush = Of<typeof DemandPushSchema>

export const DemandKeptSchema = Type.Object(
  { slots: Type.Integer({ description: 'How many were kept.' }) },
  { $id: 'DemandKept' },
)

export const DemandQuery = strict({
  fromMs: Type.Optional(Type.Integer({ ...Instant, description: 'A day ago unless said.' })),
  toMs: Type.Optional(Type.Integer({ ...Instant, description: 'Two weeks ahead unless said.' })),
})

export const DemandSchema = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        origin: Type.String(),
        kind: Type.String({
          description: '`observed`, `forecast`, or `measured` by the service itself.',
        }),
        slots: Type.Array(Type.Object(Slot)),
      }),
    ),
  },
  { $id: 'Demand' },
)
