import { Type } from 'typebox'
import { Id, strict } from './parts.ts'

export const NewRunsSchema = strict({
  model: Id,
  format: Type.Enum(['csv', 'aiconfigurator'], { description: 'As `gridtide fit` reads them.' }),
  text: Type.String({ minLength: 1, description: 'The file.' }),
})

const uploaded = {
  id: Type.Integer(),
  model: Type.String(),
  runs: Type.Integer({ description: 'Rows that were believed.' }),
  uploadedAtMs: Type.Integer(),
  uploadedBy: Type.String(),
}

export const RunsPageSchema = Type.Object(
  {
    items: Type.Array(Type.Object(uploaded), { description: 'Newest first.' }),
    next: Type.Optional(Type.String({ description: 'Cursor of the next page, if there is one.' })),
  },
  { $id: 'RunsPage' },
)

export const RunsKeptSchema = Type.Object(
  {
    ...uploaded,
    leftOut: Type.Array(Type.Object({ row: Type.Integer(), reason: Type.String() }), {
      description: 'Rows that cannot be true.',
    }),
  },
  { $id: 'RunsKept' },
)

export const RunsParams = strict({ id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) })
