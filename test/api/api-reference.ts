interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}
interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema: Schema
}
type Content = Readonly<Record<string, { readonly schema?: Schema }>>
interface Operation {
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

/** The reference page of the HTTP API, made of its OpenAPI document. */
export function apiReference({ paths, components }: OpenApi): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const tags = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? 'other'))]
  return [
    '# API reference\n',
    '<!-- Made of services/api/openapi.json by `npx vitest run test/api/openapi.test.ts -u`. -->\n',
    'Every operation; what they have in common is in [the HTTP API](api.md).\n',
    ...tags.flatMap((tag) => [
      `## ${tag}\n`,
      ...operations
        .filter(({ operation }) => (operation.tags?.[0] ?? 'other') === tag)
        .flatMap(sectionOf),
    ]),
    '## Schemas\n',
    ...Object.entries(components.schemas).flatMap(schemaSection),
  ].join('\n')
}

interface Entry {
  readonly path: string
  readonly method: string
  readonly operation: Operation
}

function sectionOf({ path, method, operation }: Entry): readonly string[] {
  const { summary, description, parameters = [], requestBody, responses } = operation
  const scopes = (operation.security ?? []).flatMap((each) => Object.values(each).flat())
  const named = parameters.map(
    ({ name, in: where, required, description: words, schema }) =>
      `| \`${name}\` | ${where}${required ? ', required' : ''} | ${typeOf(schema)} | ${cell(words)} |`,
  )
  const answers = Object.entries(responses).map(
    ([status, { content }]) => `${status}${contentOf(content)}`,
  )
  return [
    `### ${method.toUpperCase()} \`${path}\`\n`,
    `${[summary, description].filter(Boolean).join('. ')}.\n`.replace('..', '.'),
    scopes.length > 0 ? `Scope: \`${[...new Set(scopes)].join('`, `')}\`.\n` : '',
    ...(named.length > 0 ? ['| parameter | in | type | |\n|---|---|---|---|', ...named, ''] : []),
    ...(requestBody ? [`Body:${contentOf(requestBody.content)}.\n`] : []),
    `Answers: ${answers.join(', ')}.\n`,
  ].filter((line) => line !== '')
}

function contentOf(content: Content | undefined): string {
  const schema = Object.values(content ?? {})[0]?.schema
  return schema ? ` ${typeOf(schema)}` : ''
}

function schemaSection([name, schema]: readonly [string, Schema]): readonly string[] {
  const required = new Set(schema.required)
  const rows = Object.entries(schema.properties ?? {}).map(
    ([field, each]) =>
      `| \`${field}\`${required.has(field) ? '' : ' (optional)'} | ${typeOf(each)} | ${cell(each.description)} |`,
  )
  return [
    `### ${name}\n`,
    ...(schema.description ? [`${schema.description}\n`] : []),
    ...(rows.length > 0
      ? ['| field | type | |\n|---|---|---|', ...rows, '']
      : [`${typeOf(schema)}\n`]),
  ]
}

const cell = (words = ''): string =>
  words.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ')

/** In a few words: a name that leads to its schema, or what JSON it is. */
function typeOf(schema: Schema): string {
  const name = schema.$ref?.split('/').at(-1)
  if (name !== undefined) return `[${name}](#${name.toLowerCase()})`
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ')
  if (schema.enum) return schema.enum.map((each) => `\`${each}\``).join(', ')
  if (schema.const !== undefined) return `\`${schema.const}\``
  if (schema.items) return `list of ${typeOf(schema.items)}`
  return String(schema.type ?? 'any')
}
