import { type Static, type TSchema, Type } from 'typebox'
import { ProblemSchema } from './problem.ts'

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T

/** What a schema describes, for reading. */
export type Of<Schema extends TSchema> = DeepReadonly<Static<Schema>>

/**
 * Names a shared schema instead of repeating it, so that it is one component of the OpenAPI document
 * and one type of the client. Routes may answer with read-only values.
 */
export const ref = <Schema extends TSchema & { $id?: string }>(schema: Schema) =>
  Type.Unsafe<Of<Schema>>({ $ref: `${schema.$id}#` })

const problem = {
  description: 'A problem: `code` says what, `detail` says why.',
  content: { 'application/problem+json': { schema: ref(ProblemSchema) } },
}

/** The problem statuses of an operation, for its `response`. Every operation may answer 500 too. */
export const problems = <const Statuses extends readonly number[]>(...statuses: Statuses) =>
  Object.fromEntries([...statuses, 500].map((status) => [status, problem])) as Record<
    Statuses[number] | 500,
    typeof problem
  >

/** A success that may be asked for as a table. */
export const jsonOrCsv = <Schema extends TSchema & { $id?: string }>(schema: Schema) => ({
  description: 'As JSON, or with `format=csv` as CSV.',
  content: {
    'application/json': { schema: ref(schema) },
    'text/csv': { schema: Type.String() },
  },
})
