import { Type } from 'typebox'

export const HealthSchema = Type.Object({ status: Type.Literal('ok') }, { $id: 'Health' })

export const ReadinessSchema = Type.Object(
  {
    ready: Type.Boolean(),
    checks: Type.Array(
      Type.Object({
        name: Type.String(),
        ok: Type.Boolean(),
        words: Type.Optional(Type.String({ description: 'What is amiss, or worth a look.' })),
      }),
    ),
  },
  { $id: 'Readiness' },
)
