import { Type } from 'typebox'
import { strict } from './parts.ts'
import type { Of } from './ref.ts'

export const StopRequestSchema = strict({
  why: Type.String({ minLength: 1, maxLength: 500, description: 'For whoever finds it stopped.' }),
})

export const StopSchema = Type.Object(
  {
    stopped: Type.Boolean({ description: 'Nothing is moved while this is true.' }),
    why: Type.Optional(Type.String({ description: 'Who says so, and why.' })),
    everywhere: Type.Optional(
      Type.Boolean({
        description: 'False where the database did not answer: only this machine knows.',
      }),
    ),
  },
  { $id: 'Stop' },
)
export type StopView = Of<typeof StopSchema>
