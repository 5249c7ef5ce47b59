import { suggestionFor } from './closest.ts'
import { described } from './described.ts'
import type { JsonSchema } from './json-schema.ts'

interface Problem {
  readonly message: string
  readonly suggestion?: string
}

/** What is wrong with a text, a number or a yes/no by its schema; undefined if nothing is. */
export function scalarProblem(schema: JsonSchema, value: unknown): Problem | undefined {
  if (schema.const !== undefined) {
    return schema.const === value
      ? undefined
      : { message: `must be ${described(schema.const)}, got ${described(value)}` }
  }
  if (schema.enum) return wordProblem(schema.enum, value)
  if (schema.type === 'string') return textProblem(schema, value)
  if (schema.type === 'boolean') {
    return typeof value === 'boolean'
      ? undefined
      : { message: `expected true or false, got ${described(value)}` }
  }
  return numberProblem(schema, value)
}

function wordProblem(words: readonly string[], value: unknown): Problem | undefined {
  if (typeof value === 'string' && words.includes(value)) return undefined
  const suggestion = typeof value === 'string' ? suggestionFor(value, words) : undefined
  return {
    message: `must be one of ${words.join(', ')}, got ${described(value)}`,
    ...(suggestion?.startsWith('did') && { suggestion }),
  }
}

function textProblem(schema: JsonSchema, value: unknown): Problem | undefined {
  if (typeof value !== 'string') {
    const suggestion = typeof value === 'number' || typeof value === 'boolean'
    return {
      message: `expected a text, got ${described(value)}`,
      ...(suggestion && { suggestion: `put it in quotes: "${value}"` }),
    }
  }
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema
  if (value.length < minLength) return { message: 'is empty' }
  if (value.length > maxLength) return { message: `is longer than ${maxLength} characters` }
  if (schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(value)) return undefined
  return {
    message: `${described(value)} does not fit`,
    suggestion: schema.description ?? `must match ${schema.pattern}`,
  }
}

function numberProblem(schema: JsonSchema, value: unknown): Problem | undefined {
  const wanted = schema.type === 'integer' ? 'a whole number' : 'a number'
  const range = rangeOf(schema)
  const message = `expected ${wanted}${range && ` ${range}`}, got ${described(value)}`
  if (typeof value !== 'number') {
    const quoted =
      typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))
    return { message, ...(quoted && { suggestion: 'leave the quotes away' }) }
  }
  const whole = schema.type !== 'integer' || Number.isInteger(value)
  return Number.isFinite(value) && whole && inside(schema, value) ? undefined : { message }
}

const inside = (schema: JsonSchema, value: number): boolean =>
  value >= (schema.minimum ?? Number.NEGATIVE_INFINITY) &&
  value > (schema.exclusiveMinimum ?? Number.NEGATIVE_INFINITY) &&
  value <= (schema.maximum ?? Number.POSITIVE_INFINITY)

/** A range in words: `from 0 to 10`, `above 0`. */
export function rangeOf(schema: JsonSchema): string {
  const { minimum, exclusiveMinimum, maximum } = schema
  const low =
    minimum !== undefined
      ? `from ${minimum}`
      : exclusiveMinimum !== undefined
        ? `above ${exclusiveMinimum}`
        : ''
  const high =
    maximum === undefined ? '' : minimum === undefined ? `up to ${maximum}` : `to ${maximum}`
  return [low, high].filter(Boolean).join(' ')
}
