import { Type } from 'typebox'
import { PRECISIONS } from '../../domain/variant.ts'
import { Id, Next, strict } from './parts.ts'
import type { Of } from './ref.ts'

const positive = (maximum: number, description: string) =>
  Type.Number({ exclusiveMinimum: 0, maximum, description })
const replicas = (description: string) =>
  Type.Integer({ minimum: 0, maximum: 100_000, description })

const Slo = strict(
  {
    ttftP95Ms: positive(600_000, 'Time to first token, network included.'),
    tpotP95Ms: positive(60_000, 'Time per output token after the first.'),
  },
  { description: 'What 95 of 100 requests are promised.' },
)
const Workload = strict(
  {
    inputTokens: positive(10_000_000, 'Mean length of a prompt.'),
    outputTokens: positive(10_000_000, 'Mean length of an answer.'),
  },
  { description: 'Mean lengths of one request.' },
)
const Precision = Type.Enum([...PRECISIONS])
const Demand = Type.Union([
  strict({
    kind: Type.Literal('constant'),
    origin: Id,
    tokensPerSecond: Type.Number({ minimum: 0, maximum: 1e9 }),
  }),
  strict({
    kind: Type.Literal('hourly'),
    origin: Id,
    tokensPerSecond: Type.Array(Type.Number({ minimum: 0, maximum: 1e9 }), {
      minItems: 24,
      maxItems: 24,
    }),
    timezone: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    weekendScale: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
  }),
])

/**
 * What may be said of a model at run time. It is the fleet file's model without whatever names a
 * file: a caller of the API may not make the service read from its disk.
 */
export const ModelChangeSchema = strict(
  {
    catalogue: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    precision: Type.Optional(Precision),
    workload: Type.Optional(Workload),
    demand: Type.Optional(Type.Array(Demand, { minItems: 1, maxItems: 100 })),
    slo: Type.Optional(Slo),
    minReplicas: Type.Optional(replicas('Over all regions together, at any time.')),
    spareReplicas: Type.Optional(
      replicas('Replicas that may be lost while demand is still served.'),
    ),
    residency: Type.Optional(strict({ regions: Type.Array(Id, { minItems: 1, maxItems: 2000 }) })),
  },
  {
    description:
      'Laid over the fleet file: what is left out stays as it is there. A new model needs workload, demand and slo.',
  },
)
export type ModelChange = Of<typeof ModelChangeSchema>

export const ModelSchema = Type.Object(
  {
    id: Type.String(),
    catalogue: Type.Optional(Type.String()),
    precision: Type.Optional(Type.String()),
    workload: Type.Object(Workload.properties),
    origins: Type.Array(Type.String(), { description: 'Where its traffic comes from.' }),
    slo: Type.Object(Slo.properties),
    minReplicas: Type.Integer(),
    spareReplicas: Type.Integer(),
    residency: Type.Optional(Type.Object({ regions: Type.Array(Type.String()) })),
  },
  { $id: 'Model' },
)
export type ModelView = Of<typeof ModelSchema>

export const ModelListSchema = Type.Object(
  { items: Type.Array(Type.Object(ModelSchema.properties)), next: Next },
  { $id: 'ModelList' },
)
