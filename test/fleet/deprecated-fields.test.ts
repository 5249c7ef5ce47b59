import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { deprecatedFields } from '../../services/fleet/deprecated-fields.ts'
import { parseFleet } from '../../services/fleet/index.ts'
import type { JsonSchema } from '../../services/fleet/json-schema.ts'

const old = { type: 'number', deprecated: true, description: 'write `new`.' } as const
const kind = (name: string, properties: JsonSchema['properties'] = {}): JsonSchema => ({
  type: 'object',
  properties: { kind: { const: name }, ...properties },
})
const schema: JsonSchema = {
  type: 'object',
  properties: {
    old,
    list: { type: 'array', items: { type: 'object', properties: { old } } },
    record: {
      type: 'object',
      patternProperties: { '.*': { type: 'object', properties: { old } } },
    },
    either: { anyOf: [kind('a', { old }), kind('b')] },
    bare: { type: 'number', deprecated: true },
  },
}
const pathsOf = (value: unknown) => deprecatedFields(schema, value).map(({ path }) => path)

test('a deprecated field is named with its place and what to write instead', () => {
  expect(deprecatedFields(schema, { old: 1 })).toEqual([
    { path: '/old', message: 'is deprecated: write `new`.' },
  ])
  expect(deprecatedFields(schema, { bare: 1 })[0]!.message).toBe('is deprecated: leave it out')
})

test('it is found in lists, records and unions, and only where it is', () => {
  expect(pathsOf({ list: [{}, { old: 1 }], record: { x: { old: 2 } } })).toEqual([
    '/list/1/old',
    '/record/x/old',
  ])
  expect(pathsOf({ either: { kind: 'a', old: 1 } })).toEqual(['/either/old'])
  expect(pathsOf({ either: { kind: 'b', old: 1 } })).toEqual([])
  expect(pathsOf({ unknown: { old: 1 }, list: 'x' })).toEqual([])
  expect(pathsOf(null)).toEqual([])
})

test('nothing that the fleet file has now is deprecated', () => {
  const warned: unknown[] = []
  for (const name of ['two-regions', 'global']) {
    const fileName = `config/examples/${name}.yaml`
    parseFleet(readFileSync(fileName, 'utf8'), { fileName, warn: (issue) => warned.push(issue) })
  }
  expect(warned).toEqual([])
})
