import { Type } from 'typebox'
import type { Of } from './ref.ts'

const ActionSchema = Type.Object({
  id: Type.Integer({ description: 'Grows with time.' }),
  atMs: Type.Integer(),
  actor: Type.String({ description: 'The process that acted.' }),
  targetId: Type.String(),
  planVersion: Type.String(),
  idempotencyKey: Type.String(),
  fence: Type.Integer(),
  reason: Type.String(),
  before: Type.Optional(Type.Unknown({ description: 'What was there, field by field.' })),
  after: Type.Unknown({ description: 'What was asked for.' }),
  result: Type.String({ description: '`accepted`, `noop`, `would-accept` or `failed`.' }),
  detail: Type.Optional(Type.String()),
})
export type ActionView = Of<typeof ActionSchema>

export const ActionPageSchema = Type.Object(
  {
    items: Type.Array(ActionSchema, { description: 'Newest first.' }),
    next: Type.Optional(Type.String({ description: 'Cursor of the next page, if there is one.' })),
  },
  { $id: 'ActionPage' },
)
