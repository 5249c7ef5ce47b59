import { Type } from 'typebox'

export const EventPageSchema = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        id: Type.Integer({ description: 'As `Last-Event-ID` of the stream.' }),
        type: Type.String({ description: 'E.g. `plan.changed`.' }),
        atMs: Type.Integer(),
        data: Type.Unknown(),
      }),
      { description: 'Newest first.' },
    ),
    next: Type.Optional(Type.String({ description: 'Cursor of the next page, if there is one.' })),
  },
  { $id: 'EventPage' },
)
