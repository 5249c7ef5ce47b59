import type { FieldIssue } from '../domain/errors.ts'
import { discriminatorOf, type JsonSchema, recordValue } from './json-schema.ts'
import { pointerTo } from './read-value.ts'

/**
 * Fields of a document that its schema marks `deprecated`: they still work, and will not for ever.
 * The field's description says what to write instead.
 *
 * @param value as it was parsed; where its shape is wrong, others say so
 */
export function deprecatedFields(
  schema: JsonSchema,
  value: unknown,
  pointer = '',
): readonly FieldIssue[] {
  if (value === null || typeof value !== 'object') return []
  if (schema.anyOf) {
    return alternatives(schema.anyOf, value).flatMap((one) => deprecatedFields(one, value, pointer))
  }
  const inside = (key: string, child: unknown): readonly FieldIssue[] => {
    const property = Array.isArray(value)
      ? schema.items
      : (schema.properties?.[key] ?? recordValue(schema))
    if (!property || child === undefined) return []
    const path = pointerTo(pointer, key)
    const issue = { path, message: `is deprecated: ${property.description ?? 'leave it out'}` }
    return [...(property.deprecated ? [issue] : []), ...deprecatedFields(property, child, path)]
  }
  return Object.entries(value).flatMap(([key, child]) => inside(key, child))
}

/** Those that the value may be meant as. */
function alternatives(all: readonly JsonSchema[], value: object): readonly JsonSchema[] {
  const key = discriminatorOf(all)
  if (key === undefined) return all
  const said = (value as Readonly<Record<string, unknown>>)[key]
  return all.filter((one) => one.properties?.[key]?.const === said)
}
