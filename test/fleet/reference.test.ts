import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { editorSchema, fleetReference } from '../../services/fleet/index.ts'

describe('what is generated from the schema is what is committed', () => {
  test('fleet.schema.json (npm run docs:fleet)', () => {
    const committed = JSON.parse(readFileSync('services/fleet/fleet.schema.json', 'utf8'))
    expect(committed).toEqual(editorSchema())
  })

  test('docs/fleet-file.md (npm run docs:fleet)', () => {
    expect(readFileSync('docs/fleet-file.md', 'utf8')).toBe(fleetReference())
  })
})

test('an author need not write what has a default', () => {
  const { required } = editorSchema() as { required: string[] }
  expect(required).toEqual(['gridtide', 'name', 'origins', 'regions', 'models'])
})
