import { Type } from 'typebox'
import { BindingLimitSchema } from './plan.ts'
import type { Of } from './ref.ts'

export const PlanExplanationSchema = Type.Object(
  {
    version: Type.Integer(),
    summary: Type.String({ description: 'One line.' }),
    lines: Type.Array(Type.String(), { description: 'The reasons, one sentence each.' }),
    binding: Type.Array(BindingLimitSchema),
  },
  { $id: 'PlanExplanation' },
)
export type PlanExplanation = Of<typeof PlanExplanationSchema>
