/** The part of JSON Schema that the fleet schema is made of. */
export interface JsonSchema {
  readonly type?: string
  readonly description?: string
  readonly deprecated?: boolean
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly string[]
  readonly anyOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
}

/** What the values of a record look like; undefined for anything that is no record. */
export const recordValue = (schema: JsonSchema): JsonSchema | undefined =>
  schema.patternProperties && Object.values(schema.patternProperties)[0]

/**
 * The field that tells the alternatives of a union apart: one that each fixes to a word of its own.
 */
export function discriminatorOf(alternatives: readonly JsonSchema[]): string | undefined {
  const [first] = alternatives
  return Object.keys(first?.properties ?? {}).find((key) =>
    alternatives.every((alternative) => alternative.properties?.[key]?.const !== undefined),
  )
}
