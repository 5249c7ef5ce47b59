import type { FieldIssue } from '../domain/errors.ts'
import { suggestionFor } from './closest.ts'
import { described } from './described.ts'
import { discriminatorOf, type JsonSchema, recordValue } from './json-schema.ts'
import { scalarProblem } from './scalar-problem.ts'

/** Keys that reach into the prototype of a plain object. No name of ours is worth that. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype'])

/** Where mistakes go. */
export type Report = (issue: FieldIssue) => void

/**
 * Reads a parsed document by its schema: fills in defaults and reports every mistake, not only the
 * first. An empty value counts as left out.
 *
 * TypeBox's own `Errors` stops after a few, reports each alternative of a union that the author
 * never meant, and cannot suggest; its compiled check still has the last word in `parseFleet`.
 *
 * @param pointer JSON Pointer of `value`
 * @returns a new value, made of plain objects; whole only if nothing was reported
 */
export function readValue(
  schema: JsonSchema,
  value: unknown,
  pointer: string,
  report: Report,
): unknown {
  if (schema.anyOf) return readUnion(schema, schema.anyOf, value, pointer, report)
  if (schema.type === 'object') {
    if (!isObject(value)) return report(wrongType('an object', value, pointer))
    return recordValue(schema)
      ? readRecord(recordValue(schema)!, value, pointer, report)
      : readObject(schema, value, pointer, report)
  }
  if (schema.type === 'array') return readArray(schema, value, pointer, report)
  const problem = scalarProblem(schema, value)
  if (problem) return report({ path: pointer, ...problem })
  return value
}

export const pointerTo = (parent: string, key: string | number): string =>
  `${parent}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function readObject(
  schema: JsonSchema,
  value: Record<string, unknown>,
  pointer: string,
  report: Report,
): Record<string, unknown> {
  const properties = schema.properties ?? {}
  reportUnknown(Object.keys(value), Object.keys(properties), pointer, report)
  const result: Record<string, unknown> = {}
  for (const [key, property] of Object.entries(properties)) {
    const given = (Object.hasOwn(value, key) ? value[key] : undefined) ?? property.default
    if (given !== undefined) {
      result[key] = readValue(property, given, pointerTo(pointer, key), report)
    } else if (schema.required?.includes(key)) {
      report({ path: pointerTo(pointer, key), message: `is missing${purposeOf(property)}` })
    }
  }
  return result
}

function reportUnknown(
  keys: readonly string[],
  names: readonly string[],
  pointer: string,
  report: Report,
): void {
  for (const key of keys.filter((name) => !names.includes(name))) {
    const suggestion = suggestionFor(key, names)
    const path = pointerTo(pointer, key)
    report({ path, message: 'unknown field', ...(suggestion && { suggestion }) })
  }
}

const purposeOf = ({ description }: JsonSchema): string =>
  description ? `: ${description.split('\n')[0]}` : ''

function readRecord(
  schema: JsonSchema,
  value: Record<string, unknown>,
  pointer: string,
  report: Report,
): Record<string, unknown> {
  const entries: [string, unknown][] = []
  for (const [key, item] of Object.entries(value)) {
    const path = pointerTo(pointer, key)
    if (FORBIDDEN_KEYS.has(key)) report({ path, message: 'this name is not allowed' })
    else entries.push([key, readValue(schema, item, path, report)])
  }
  return Object.fromEntries(entries)
}

function readArray(schema: JsonSchema, value: unknown, pointer: string, report: Report): unknown {
  if (!Array.isArray(value)) return report(wrongType('a list', value, pointer))
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema
  if (value.length < minItems || value.length > maxItems) {
    const wanted = value.length < minItems ? `at least ${minItems}` : `at most ${maxItems}`
    report({ path: pointer, message: `needs ${wanted} entries, has ${value.length}` })
  }
  const items = schema.items ?? {}
  return value.map((item, index) => readValue(items, item, pointerTo(pointer, index), report))
}

function readUnion(
  schema: JsonSchema,
  alternatives: readonly JsonSchema[],
  value: unknown,
  pointer: string,
  report: Report,
): unknown {
  const wanted = jsonType(value)
  const fitting = alternatives.filter((alternative) => alternative.type === wanted)
  if (fitting.length === 0) {
    return report(wrongType(schema.description ?? listOfTypes(alternatives), value, pointer))
  }
  if (fitting.length === 1) return readValue(fitting[0]!, value, pointer, report)
  return readTagged(fitting, value as Record<string, unknown>, pointer, report)
}

function readTagged(
  alternatives: readonly JsonSchema[],
  value: Record<string, unknown>,
  pointer: string,
  report: Report,
): unknown {
  const tag = discriminatorOf(alternatives)!
  const given = Object.hasOwn(value, tag) ? value[tag] : undefined
  const wordOf = (alternative: JsonSchema) => String(alternative.properties?.[tag]?.const)
  const chosen = alternatives.find((alternative) => wordOf(alternative) === given)
  if (chosen) return readObject(chosen, value, pointer, report)
  const words = alternatives.map(wordOf)
  const path = pointerTo(pointer, tag)
  if (given === undefined || given === null) {
    return report({ path, message: `is missing: one of ${words.join(', ')}` })
  }
  const suggestion = suggestionFor(String(given), words)
  return report({
    path,
    message: `is not one of ${words.join(', ')}`,
    ...(suggestion && { suggestion }),
  })
}

const listOfTypes = (alternatives: readonly JsonSchema[]): string =>
  [...new Set(alternatives.map(({ type }) => `${type}`))].join(' or ')

function jsonType(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function wrongType(wanted: string, value: unknown, path: string): FieldIssue {
  return { path, message: `expected ${wanted}, got ${described(value)}` }
}
