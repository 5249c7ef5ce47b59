import { type Static, Type } from 'typebox'

export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'One URN per code.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What happened, for people.' }),
    code: Type.String({ description: 'Stable, for programs; see docs/errors.md.' }),
    instance: Type.String({ description: 'The request, as the log names it.' }),
    issues: Type.Optional(
      Type.Array(
        Type.Object({
          path: Type.String({ description: 'JSON Pointer, from `body`, `query` or `path`.' }),
          message: Type.String(),
          suggestion: Type.Optional(Type.String()),
        }),
      ),
    ),
  },
  { $id: 'Problem', description: 'RFC 9457 problem details.' },
)
export type Problem = Static<typeof ProblemSchema>
