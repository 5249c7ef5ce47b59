import type { Static } from 'typebox'
import { secondsFromMs } from '../domain/units.ts'
import type { CountedBatch } from '../pipeline/request-desk.ts'
import type { BatchStatus, StoredFile } from '../requests/index.ts'
import type { OpenaiBatchSchema, OpenaiFileSchema } from './schemas/openai.ts'

const secondsOf = (atMs: number): number => Math.floor(secondsFromMs(atMs))

/** A file as OpenAI's clients know it. */
export const fileView = (file: StoredFile): Static<typeof OpenaiFileSchema> => ({
  id: file.id,
  object: 'file',
  bytes: file.bytes,
  created_at: secondsOf(file.createdAtMs),
  expires_at: secondsOf(file.expiresAtMs),
  filename: file.name,
  purpose: file.purpose,
  status: 'processed',
})

/** A batch as OpenAI's clients know it. */
export function batchView(batch: CountedBatch): Static<typeof OpenaiBatchSchema> {
  const { id, ask, status, times, errors, model, outputFile, errorFile, counts } = batch
  const at = (state: BatchStatus) => {
    const atMs = times[state]
    return atMs === undefined ? null : secondsOf(atMs)
  }
  const issues = errors.map(({ code, message, line = null, param = null }) => ({
    code,
    message,
    line,
    param,
  }))
  return {
    id,
    object: 'batch',
    endpoint: ask.endpoint,
    ...(model !== undefined && { model }),
    errors: issues.length > 0 ? { object: 'list', data: issues } : null,
    input_file_id: ask.inputFile,
    completion_window: ask.completionWindow,
    status,
    output_file_id: outputFile ?? null,
    error_file_id: errorFile ?? null,
    created_at: secondsOf(batch.createdAtMs),
    in_progress_at: at('in_progress'),
    expires_at: secondsOf(batch.deadlineAtMs),
    finalizing_at: at('finalizing'),
    completed_at: at('completed'),
    failed_at: at('failed'),
    expired_at: at('expired'),
    cancelling_at: at('cancelling'),
    cancelled_at: at('cancelled'),
    request_counts: { ...counts },
    metadata: ask.metadata ? { ...ask.metadata } : null,
  }
}

/** A page of a list whose store was asked for one item more than is shown. */
export function listView<Item extends { readonly id: string }>(
  found: readonly Item[],
  limit: number,
) {
  const data = found.slice(0, limit)
  return {
    object: 'list' as const,
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: found.length > limit,
  }
}
