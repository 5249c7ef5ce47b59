import type { Static, TSchema } from 'typebox'
import type { Validator } from 'typebox/compile'
import { InvalidInput } from '../domain/errors.ts'

/**
 * JSON of a known shape.
 *
 * @param what the document, for messages
 * @throws InvalidInput naming the first field that does not fit
 */
export function parseShaped<Schema extends TSchema>(
  text: string,
  shape: Validator<Record<never, never>, Schema>,
  what: string,
): Static<Schema> {
  const document = jsonOf(text, what)
  if (shape.Check(document)) return document
  const [first] = shape.Errors(document)
  throw new InvalidInput(`not ${what}: ${first?.instancePath || '/'} ${first?.message}`)
}

/**
 * JSON of any shape.
 *
 * @param what the document, for messages
 * @throws InvalidInput where it is no JSON
 */
export function jsonOf(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new InvalidInput(`not ${what}: not JSON`)
  }
}
