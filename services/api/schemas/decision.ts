import { Type } from 'typebox'
import { strict } from './parts.ts'

/** What somebody says of a plan while deciding about it. */
export const DecisionSchema = strict(
  {
    words: Type.Optional(
      Type.String({ maxLength: 500, description: 'Why, for the record and for others.' }),
    ),
  },
  { description: 'A decision on a plan.' },
)
