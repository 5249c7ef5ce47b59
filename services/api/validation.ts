import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Settings } from 'typebox/system'
import { Value } from 'typebox/value'
import type { InvalidInput } from '../domain/errors.ts'
import { MOST_ISSUES, wrongFields } from '../domain/wrong-fields.ts'

// The default of 8 is soon used up by one union.
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

/** Every mistake with its place, from the part of the request that it is in. */
export const wrongInRequest = (
  errors: FastifySchemaValidationError[],
  part: string,
): InvalidInput => wrongFields(errors, `/${PART[part] ?? part}`)
