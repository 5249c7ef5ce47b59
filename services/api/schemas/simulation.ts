import { Type } from 'typebox'
import { ModelChangeSchema } from './model.ts'
import { Id, strict } from './parts.ts'
import { infeasibility, outcomeTotals } from './plan.ts'
import { PolicyChangeSchema } from './policy.ts'
import type { Of } from './ref.ts'

export const SimulationRequestSchema = strict(
  {
    models: Type.Optional(
      Type.Array(strict({ id: Id, change: ModelChangeSchema }), {
        maxItems: 50,
        description: 'Changes to models, as `PUT /v1/models/{id}` takes them.',
      }),
    ),
    policy: Type.Optional(PolicyChangeSchema),
    excludedRegions: Type.Optional(Type.Array(Id, { maxItems: 2000 })),
    demandScale: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 100, description: 'Multiplies all traffic.' }),
    ),
    pueOverheadScale: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 100,
        description: 'Multiplies what buildings draw on top of IT power: PUE - 1.',
      }),
    ),
    horizonHours: Type.Optional(Type.Integer({ minimum: 1, maximum: 48 })),
  },
  { description: 'What if: changes to now that are planned for and then forgotten.' },
)
export type SimulationRequest = Of<typeof SimulationRequestSchema>

export const SimulationSchema = Type.Object(
  {
    outcome: Type.Union([
      Type.Object({ status: Type.Literal('planned'), ...outcomeTotals }),
      Type.Object({ status: Type.Literal('infeasible'), ...infeasibility }),
    ]),
  },
  { $id: 'Simulation' },
)
export type Simulation = Of<typeof SimulationSchema>
