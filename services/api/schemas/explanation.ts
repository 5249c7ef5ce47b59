import { Type } from 'typebox'
import { BindingLimitSchema, PlanChangeSchema } from './plan.ts'
import { Levers } from './savings.ts'

const RunnerUp = Type.Object({
  region: Type.String(),
  pointId: Type.String(),
  costPerMillionTokens: Type.Number(),
  because: Type.String({ description: 'Why the load is not there: dearer, full, not allowed.' }),
})

const Placement = Type.Object({
  window: Type.Integer(),
  model: Type.String(),
  region: Type.String(),
  pointId: Type.String(),
  replicas: Type.Integer(),
  costPerMillionTokens: Type.Number({ description: 'In the unit of the objective.' }),
  runnerUp: Type.Optional(RunnerUp),
  words: Type.String(),
})

export const PlanExplanationSchema = Type.Object(
  {
    version: Type.Integer(),
    status: Type.Enum(['planned', 'infeasible']),
    words: Type.String(),
    savingRatio: Type.Optional(Type.Number({ description: 'Against the baseline; 1 is all.' })),
    binding: Type.Array(BindingLimitSchema),
    change: Type.Optional(PlanChangeSchema),
    placements: Type.Array(Placement),
    levers: Type.Optional(Levers),
    relaxation: Type.Optional(
      Type.String({ description: 'Of an infeasible one: the least change that would help.' }),
    ),
  },
  { $id: 'PlanExplanation' },
)
