import { Type } from 'typebox'

export const AuditPageSchema = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        id: Type.Integer(),
        atMs: Type.Integer(),
        actor: Type.String(),
        action: Type.String(),
        subject: Type.String(),
        outcome: Type.String({ description: '`done`, `denied` or `failed`.' }),
        words: Type.String(),
      }),
      { description: 'Newest first.' },
    ),
    next: Type.Optional(Type.String({ description: 'Cursor of the next page, if there is one.' })),
  },
  { $id: 'AuditPage' },
)
