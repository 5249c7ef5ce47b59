import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Settings } from 'typebox/system'
import { Value } from 'typebox/value'
import { type FieldIssue, InvalidInput } from '../domain/errors.ts'

/** Enough to mend a request in one go; the default of 8 is soon used up by one union. */
const MOST_ISSUES = 50
Settings.Set({ maxErrors: MOST_ISSUES })

/**
 * Validates with the same compiler as every other border of the product. Bodies are taken as they
 * are; the text of paths and queries is first read as what the schema asks for. Compiled when the
 * first request comes: nobody calls all of them, and the start should not wait for them.
 */
export const typeboxValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  let shape: ReturnType<typeof Compile<TSchema>> | undefined
  return (input: unknown) => {
    shape ??= Compile(schema)
    const value = httpPart === 'body' ? input : Value.Convert(schema, { ...(input as object) })
    return shape.Check(value)
      ? { value }
      : { error: shape.Errors(value) as FastifySchemaValidationError[] }
  }
}

const PART: Readonly<Record<string, string>> = { querystring: 'query', params: 'path' }

/** Every mistake with its place, as JSON Pointer from the part of the request that it is in. */
export function wrongFields(errors: FastifySchemaValidationError[], part: string): InvalidInput {
  const root = `/${PART[part] ?? part}`
  const issues = errors.flatMap((error) => issuesOf(error, root)).slice(0, MOST_ISSUES)
  const [first] = issues
  return new InvalidInput(first ? `${first.path} ${first.message}` : `${root} is wrong`, issues)
}

function issuesOf(error: FastifySchemaValidationError, root: string): FieldIssue[] {
  const path = root + error.instancePath
  const { params, message = 'is wrong' } = error
  const each = (names: unknown, words: string) =>
    (names as string[]).map((name) => ({ path: pointer(path, name), message: words }))
  switch (error.keyword) {
    case 'boolean': // the twin of `additionalProperties`, which says it better
      return []
    case 'required':
      return each(params.requiredProperties, 'is missing')
    case 'additionalProperties':
      return each(params.additionalProperties, 'is not a field here')
    case 'enum':
      return [{ path, message: `must be one of ${(params.allowedValues as string[]).join(', ')}` }]
    default:
      return [{ path, message }]
  }
}

/** RFC 6901 escapes. */
const pointer = (parent: string, name: unknown): string =>
  `${parent}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`
