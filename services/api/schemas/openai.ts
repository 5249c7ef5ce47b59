import { type Static, Type } from 'typebox'
import { ENDPOINTS } from '../../requests/index.ts'
import { strict } from './parts.ts'
import { ProblemSchema } from './problem.ts'
import { ref } from './ref.ts'

const Seconds = Type.Integer({ description: 'Seconds since 1970.' })
const orNull = <Schema extends ReturnType<typeof Type.String> | typeof Seconds>(schema: Schema) =>
  Type.Union([schema, Type.Null()])
const text = () => orNull(Type.String())
const optional = Type.Optional

export const OpenaiErrorSchema = Type.Object(
  {
    error: Type.Object({
      message: Type.String(),
      type: Type.String(),
      param: text(),
      code: text(),
    }),
  },
  { $id: 'OpenaiError', description: "An error as OpenAI's clients read it." },
)
export type OpenaiError = Static<typeof OpenaiErrorSchema>

const failure = {
  description: 'An error: `code` says what, `message` says why.',
  content: {
    'application/json': { schema: ref(OpenaiErrorSchema) },
    // What is refused ahead of routing, e.g. a path that is too long, is nobody's route yet.
    'application/problem+json': { schema: ref(ProblemSchema) },
  },
}

/** The error statuses of an operation, for its `response`. Every operation may answer 500 too. */
export const openaiErrors = <const Statuses extends readonly number[]>(...statuses: Statuses) =>
  Object.fromEntries([...statuses, 500].map((status) => [status, failure])) as Record<
    Statuses[number] | 500,
    typeof failure
  >

export const OpenaiFileSchema = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('file'),
    bytes: Type.Integer(),
    created_at: Seconds,
    expires_at: Seconds,
    filename: Type.String(),
    purpose: Type.Enum(['batch', 'batch_output']),
    status: Type.Literal('processed'),
  },
  { $id: 'OpenaiFile' },
)

export const OpenaiFileDeletedSchema = Type.Object(
  { id: Type.String(), object: Type.Literal('file'), deleted: Type.Boolean() },
  { $id: 'OpenaiFileDeleted' },
)

const pageOf = { first_id: text(), last_id: text(), has_more: Type.Boolean() }

export const OpenaiFilePageSchema = Type.Object(
  { object: Type.Literal('list'), data: Type.Array(ref(OpenaiFileSchema)), ...pageOf },
  { $id: 'OpenaiFilePage' },
)

const Metadata = Type.Record(Type.String({ maxLength: 64 }), Type.String({ maxLength: 512 }), {
  maxProperties: 16,
})
const at = () => orNull(Seconds)

export const OpenaiBatchSchema = Type.Object(
  {
    id: Type.String({ description: 'Also the id of the deferrable job that plans it.' }),
    object: Type.Literal('batch'),
    endpoint: Type.String(),
    model: optional(Type.String()),
    errors: Type.Union([
      Type.Object({
        object: Type.Literal('list'),
        data: Type.Array(
          Type.Object({
            code: Type.String(),
            message: Type.String(),
            line: orNull(Seconds),
            param: text(),
          }),
        ),
      }),
      Type.Null(),
    ]),
    input_file_id: Type.String(),
    completion_window: Type.String(),
    status: Type.Enum([
      'validating',
      'failed',
      'in_progress',
      'finalizing',
      'completed',
      'expired',
      'cancelling',
      'cancelled',
    ]),
    output_file_id: text(),
    error_file_id: text(),
    created_at: Seconds,
    in_progress_at: at(),
    expires_at: Seconds,
    finalizing_at: at(),
    completed_at: at(),
    failed_at: at(),
    expired_at: at(),
    cancelling_at: at(),
    cancelled_at: at(),
    request_counts: Type.Object({
      total: Type.Integer(),
      completed: Type.Integer(),
      failed: Type.Integer(),
    }),
    metadata: Type.Union([Metadata, Type.Null()]),
  },
  { $id: 'OpenaiBatch' },
)

export const OpenaiBatchPageSchema = Type.Object(
  { object: Type.Literal('list'), data: Type.Array(ref(OpenaiBatchSchema)), ...pageOf },
  { $id: 'OpenaiBatchPage' },
)

/** Ids of files and batches alike. */
const ItemId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,80}$' })
export const ItemParams = strict({ id: ItemId })

export const NewOpenaiBatchSchema = strict({
  input_file_id: ItemId,
  endpoint: Type.Enum([...ENDPOINTS]),
  completion_window: Type.String({
    maxLength: 8,
    description: 'How long it may wait: 10m to 14d, e.g. 24h.',
  }),
  metadata: optional(Type.Union([Metadata, Type.Null()])),
  output_expires_after: optional(
    strict({
      anchor: Type.Literal('created_at'),
      seconds: Type.Integer({ minimum: 3600, maximum: 2_592_000 }),
    }),
  ),
})

const after = optional(ItemId)
export const BatchListQuery = strict({
  after,
  limit: optional(Type.Integer({ minimum: 1, maximum: 100, description: '20 unless said.' })),
})
export const FileListQuery = strict({
  after,
  limit: optional(
    Type.Integer({ minimum: 1, maximum: 10_000, description: '10,000 unless said.' }),
  ),
  order: optional(Type.Enum(['asc', 'desc'])),
  purpose: optional(Type.Enum(['batch', 'batch_output'])),
})
