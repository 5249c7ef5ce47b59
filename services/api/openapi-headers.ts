/** Headers that routes do not declare one by one, since they are the same wherever they are. */
const HEADERS = {
  ETag: 'Names what was read; `If-Match` and `If-None-Match` take it.',
  'Retry-After': 'Seconds to wait before asking again.',
  RateLimit: 'What is left of the allowance of the caller (IETF draft).',
  'RateLimit-Policy': 'The allowance of the caller (IETF draft).',
  'Idempotent-Replayed': '`true` where this is the first answer to this key, given again.',
} as const
type Header = keyof typeof HEADERS

const TAGGED = new Set([
  'getCurrentPlan',
  'getPlan',
  'approvePlan',
  'rejectPlan',
  'rollBackPlan',
  'getModel',
  'putModel',
  'getPolicy',
  'putPolicy',
  'getDemand',
  'pushDemand',
  'getStop',
  'putStop',
  'deleteStop',
])

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'Sent again with the same key, the request is done once and answered again.',
  schema: { type: 'string', minLength: 1, maxLength: 128, pattern: '^[!-~]+$' },
}

interface Operation {
  readonly operationId?: string
  readonly security?: readonly unknown[]
  parameters?: unknown[]
  readonly responses: Record<string, { headers?: Record<string, unknown> }>
}

interface Document {
  readonly paths?: Record<string, Record<string, Operation>>
  readonly components?: Record<string, unknown>
}

/** The document with the headers of requests and answers that hooks read and set for all routes. */
export function withHeaders<Given extends object>(given: Given): Given {
  const document = given as Document
  for (const methods of Object.values(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(methods)) declare(operation, method === 'post')
  }
  const headers = Object.fromEntries(
    Object.entries(HEADERS).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' } },
    ]),
  )
  return { ...given, components: { ...document.components, headers } }
}

function declare(operation: Operation, isPost: boolean): void {
  if (isPost) operation.parameters = [...(operation.parameters ?? []), IDEMPOTENCY_KEY]
  for (const [status, response] of Object.entries(operation.responses)) {
    const named = headersOf(operation, status, isPost)
    if (named.length === 0) continue
    response.headers = Object.fromEntries(
      named.map((name) => [name, { $ref: `#/components/headers/${name}` }]),
    )
  }
}

function headersOf(
  { operationId = '', security = [] }: Operation,
  status: string,
  isPost: boolean,
): readonly Header[] {
  const done = status.startsWith('2')
  return [
    ...(done && TAGGED.has(operationId) ? (['ETag'] as const) : []),
    ...(done && isPost ? (['Idempotent-Replayed'] as const) : []),
    ...(status === '429' || status === '503' ? (['Retry-After'] as const) : []),
    ...(security.length > 0 && status !== '401'
      ? (['RateLimit', 'RateLimit-Policy'] as const)
      : []),
  ]
}
