import { type TProperties, Type } from 'typebox'

/** An object of the request: a field that nobody knows is a mistake. */
export const strict = <Properties extends TProperties>(
  properties: Properties,
  options: { readonly $id?: string; readonly description?: string } = {},
) => Type.Object(properties, { ...options, additionalProperties: false })

/** Names become parts of URLs, labels and metric values, hence the narrow alphabet. */
export const Id = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$',
  description: 'Letters, digits, `.`, `_` and `-`; at most 63.',
})

export const IdParams = strict({ id: Id })

/** Opaque to clients: whatever `next` of the page before said. */
const Cursor = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,400}$',
  description: '`next` of the page before.',
})
export const PageQuery = strict({
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 100,
      description: 'Most items of one page; 20 unless said.',
    }),
  ),
  cursor: Type.Optional(Cursor),
})

/** Optimistic concurrency: what a writer has seen. */
export const RevisionHeaders = Type.Object({
  'if-match': Type.Optional(
    Type.String({ maxLength: 64, description: 'The `ETag` you read; writes over that one only.' }),
  ),
  'if-none-match': Type.Optional(
    Type.Literal('*', { description: 'Writes only what is not there yet.' }),
  ),
})

/** Of a short list, which comes whole unless it is asked for in pages. */
export const WholePageQuery = strict({
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 100,
      description: 'Most items of one page; all unless said.',
    }),
  ),
  cursor: PageQuery.properties.cursor,
})

/** Where a page leads on to. */
export const Next = Type.Optional(
  Type.String({ description: 'Cursor of the next page, if there is one.' }),
)

/** Optimistic concurrency for those who want it: many push, and the newest word wins. */
export const IfMatchHeaders = Type.Object({
  'if-match': Type.Optional(
    Type.String({ maxLength: 64, description: 'The `ETag` you read; writes over that one only.' }),
  ),
})
