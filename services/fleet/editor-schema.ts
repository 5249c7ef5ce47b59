import type { JsonSchema } from './json-schema.ts'
import { FleetSchema } from './schema/fleet.ts'

/**
 * The JSON Schema of a fleet file, for editors: what the author writes, so a field with a default
 * is not required. Committed as `services/fleet/fleet.schema.json`.
 */
export const editorSchema = (): object => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Gridtide fleet',
  ...withOptionalDefaults(FleetSchema as JsonSchema),
})

function withOptionalDefaults(schema: JsonSchema): JsonSchema {
  const { properties, required, items, anyOf, patternProperties } = schema
  const needed = required?.filter((name) => properties?.[name]?.default === undefined)
  return {
    ...(JSON.parse(JSON.stringify(schema)) as JsonSchema),
    ...(needed && { required: needed }),
    ...(properties && { properties: mapValues(properties, withOptionalDefaults) }),
    ...(patternProperties && {
      patternProperties: mapValues(patternProperties, withOptionalDefaults),
    }),
    ...(items && { items: withOptionalDefaults(items) }),
    ...(anyOf && { anyOf: anyOf.map(withOptionalDefaults) }),
  }
}

const mapValues = (
  record: Readonly<Record<string, JsonSchema>>,
  change: (schema: JsonSchema) => JsonSchema,
): Record<string, JsonSchema> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
