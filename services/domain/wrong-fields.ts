import { type FieldIssue, InvalidInput } from './errors.ts'

/** What a JSON Schema checker says of one mistake, as TypeBox and Ajv do. */
export interface SchemaError {
  readonly keyword: string
  /** JSON Pointer into what was checked. */
  readonly instancePath: string
  readonly params: object
  readonly message?: string
}

/** Enough to mend an input in one go. */
export const MOST_ISSUES = 20

/**
 * Every mistake with its place, in words.
 *
 * @param root JSON Pointer of what was checked, before the place in it
 */
export function wrongFields(errors: readonly SchemaError[], root = ''): InvalidInput {
  const issues = errors.flatMap((error) => issuesOf(error, root)).slice(0, MOST_ISSUES)
  const [first] = issues
  return new InvalidInput(first ? `${first.path} ${first.message}` : `${root} is wrong`, issues)
}

function issuesOf(
  { keyword, instancePath, params, message = 'is wrong' }: SchemaError,
  root: string,
): FieldIssue[] {
  const path = root + instancePath
  const { requiredProperties, additionalProperties, allowedValues } = params as Params
  const each = (names: readonly string[], words: string) =>
    names.map((name) => ({ path: pointer(path, name), message: words }))
  switch (keyword) {
    case 'boolean': // the twin of `additionalProperties`, which says it better
      return []
    case 'required':
      return each(requiredProperties!, 'is missing')
    case 'additionalProperties':
      return each(additionalProperties!, 'is not a field here')
    case 'enum':
      return [{ path: path || '/', message: `must be one of ${allowedValues!.join(', ')}` }]
    default:
      return [{ path: path || '/', message }]
  }
}

interface Params {
  readonly requiredProperties?: readonly string[]
  readonly additionalProperties?: readonly string[]
  readonly allowedValues?: readonly unknown[]
}

/** RFC 6901 escapes. */
const pointer = (parent: string, name: string): string =>
  `${parent}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
