import fc from 'fast-check'
import type { JsonSchema, NamedOperation } from './openapi-document.ts'

export interface FuzzedRequest {
  readonly operation: NamedOperation
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Sent as it is. */
  readonly body: string | undefined
}

const HOSTILE = fc.constantFrom(
  '',
  ' ',
  '..',
  '%00',
  "'; drop table plan; --",
  '<script>',
  '{{7*7}}',
  '\u202e\u0000\ud800',
  '9'.repeat(400),
  '-1',
  '1e999',
  'NaN',
  '__proto__',
  'a'.repeat(5000),
)

const numberOf = ({ minimum, exclusiveMinimum, maximum = 1e9 }: JsonSchema) =>
  fc.double({
    min: exclusiveMinimum ?? minimum ?? 0,
    minExcluded: exclusiveMinimum !== undefined,
    max: maximum,
    noNaN: true,
  })

const integerOf = ({ minimum = 0, maximum = 1e9 }: JsonSchema) =>
  fc.integer({ min: minimum, max: Math.min(maximum, 2 ** 31 - 1) })

const arrayOf = ({ items, minItems = 0, maxItems = 3 }: JsonSchema) =>
  fc.array(fitting(items!), {
    minLength: minItems,
    maxLength: Math.min(maxItems, Math.max(3, minItems)),
  })

const objectOf = ({ properties = {}, required = [] }: JsonSchema) =>
  fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, fitting(one)])),
    { requiredKeys: [...required] },
  )

const stringOf = ({ pattern, minLength = 0, maxLength = 20 }: JsonSchema) =>
  pattern ? fc.stringMatching(new RegExp(pattern)) : fc.string({ minLength, maxLength })

const BY_TYPE: Readonly<Record<string, (schema: JsonSchema) => fc.Arbitrary<unknown>>> = {
  array: arrayOf,
  boolean: () => fc.boolean(),
  integer: integerOf,
  null: () => fc.constant(null),
  number: numberOf,
  object: objectOf,
  string: stringOf,
}

/** Values that fit a schema. */
function fitting(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(fitting))
  return BY_TYPE[schema.type!]!(schema)
}

const anything = fc.oneof(fc.jsonValue({ maxDepth: 3 }), HOSTILE)

/** Bodies that fit, that nearly fit, that are JSON and that are nothing. */
function bodyOf({ requestBody }: NamedOperation): fc.Arbitrary<string | undefined> {
  const schema = requestBody?.content['application/json']?.schema
  if (!schema) return fc.constant(undefined)
  const fits = fitting(schema) as fc.Arbitrary<Record<string, unknown>>
  const nearly = fc
    .tuple(fits, fc.constantFrom(...Object.keys(schema.properties ?? {}), 'extra'), anything)
    .map(([value, key, wrong]) => ({ ...value, [key]: wrong }))
  return fc.oneof(
    { weight: 4, arbitrary: fits.map((value) => JSON.stringify(value)) },
    { weight: 4, arbitrary: nearly.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: anything.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.oneof(fc.string(), fc.constant('{"__proto__":{"x":1}}')) },
  )
}

/** Text for one parameter, or undefined where it is left out. */
const textOf = (schema: JsonSchema, optional: boolean): fc.Arbitrary<string | undefined> =>
  fc.oneof(
    { weight: 6, arbitrary: fitting(schema).map(String) },
    { weight: 2, arbitrary: HOSTILE },
    { weight: optional ? 4 : 0, arbitrary: fc.constant(undefined) },
  )

const KNOWN_IDS: Readonly<Record<string, readonly string[]>> = {
  id: ['llama-70b', 'eu-north/llama-70b/H100', 'ops', '1'],
  job: ['tick', 'apply-plan'],
  zone: ['SE'],
  version: ['1', '2', '3'],
  other: ['1', '2'],
}

/** One request of an operation, with credentials or without. */
function requestOf(
  operation: NamedOperation,
  credentials: readonly string[],
): fc.Arbitrary<FuzzedRequest> {
  const texts = (operation.parameters ?? []).map(({ name, schema, required, in: place }) => {
    const some = textOf(schema, required !== true)
    const known = place === 'path' ? KNOWN_IDS[name] : undefined
    return known ? fc.oneof(fc.constantFrom(...known), some) : some
  })
  return fc
    .record({
      values: fc.tuple(...texts),
      body: bodyOf(operation),
      credential: fc.constantFrom(...credentials),
      idempotencyKey: fc.option(fc.string({ minLength: 1, maxLength: 5 }), { nil: undefined }),
      query: fc.option(HOSTILE, { nil: undefined, freq: 20 }),
    })
    .map((drawn) => assemble(operation, drawn))
}

interface Drawn {
  readonly values: readonly (string | undefined)[]
  readonly body: string | undefined
  readonly credential: string
  readonly idempotencyKey: string | undefined
  readonly query: string | undefined
}

function assemble(operation: NamedOperation, drawn: Drawn): FuzzedRequest {
  const { body, credential, idempotencyKey, query } = drawn
  const valuesIn = (place: string): [string, string][] =>
    (operation.parameters ?? []).flatMap((parameter, index): [string, string][] => {
      const value = drawn.values[index]
      return parameter.in === place && value !== undefined ? [[parameter.name, value]] : []
    })
  const inPath = Object.fromEntries(valuesIn('path'))
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(segmentOf(inPath[name] ?? 'x')),
  )
  const extra: [string, string][] = query === undefined ? [] : [[query.slice(0, 50), query]]
  const search = new URLSearchParams([...valuesIn('query'), ...extra]).toString()
  const headers: [string, string][] = valuesIn('header')
  if (body !== undefined) headers.push(['content-type', 'application/json'])
  if (credential !== '') headers.push(['authorization', `Bearer ${credential}`])
  if (idempotencyKey !== undefined) headers.push(['idempotency-key', idempotencyKey])
  return {
    operation,
    url: search ? `${path}?${search}` : path,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, headerText(value)])),
    body,
  }
}

/**
 * A segment that stays one: clients resolve `..` themselves, an empty one is another path, and lone
 * surrogates cannot be percent-encoded at all.
 */
const segmentOf = (text: string): string =>
  /^\.*$/.test(text) ? `${text}x` : Buffer.from(text).toString()

/** What HTTP itself lets through. */
const headerText = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?')

export const anyRequest = (
  operations: readonly NamedOperation[],
  credentials: readonly string[],
): fc.Arbitrary<FuzzedRequest> =>
  fc.oneof(...operations.map((operation) => requestOf(operation, credentials)))
