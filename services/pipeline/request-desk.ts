import { Conflict, InvalidInput, NotFound } from '../domain/errors.ts'
import {
  type BatchAsk,
  completionWindowMs,
  type FilePurpose,
  type FileStore,
  type ListPage,
  type RequestBatch,
  type RequestBatchStore,
  type RequestCounts,
  type StoredFile,
  WINDOW_WORDS,
} from '../requests/index.ts'

export interface RequestDeskPorts {
  readonly files: FileStore
  readonly batches: Pick<RequestBatchStore, 'add' | 'get' | 'list' | 'counts' | 'move' | 'reads'>
  readonly nowMs: () => number
  readonly newId: () => string
}

/** A batch and how many of its requests are done. */
export interface CountedBatch extends RequestBatch {
  readonly counts: RequestCounts
}

/** Files and batches of one tenant, as callers see them. */
export interface RequestDesk {
  /**
   * Keeps a file as it comes.
   *
   * @param livesMs how long, known once all is there; where it rejects nothing is kept
   * @param onceId names the request: where it has kept a file before, that one is the answer
   */
  upload(
    name: string,
    content: AsyncIterable<Uint8Array>,
    livesMs: Promise<number | undefined>,
    onceId?: string,
  ): Promise<StoredFile>
  file(id: string): Promise<StoredFile | undefined>
  listFiles(page: ListPage & { readonly purpose?: FilePurpose }): Promise<readonly StoredFile[]>
  /** @throws Conflict while a batch reads it */
  removeFile(id: string): Promise<boolean>
  content(id: string): AsyncIterable<Uint8Array>
  /**
   * @param onceId names the request: asked again, the batch that it made is the answer
   * @throws NotFound | InvalidInput
   */
  createBatch(ask: BatchAsk, onceId?: string): Promise<CountedBatch>
  batch(id: string): Promise<CountedBatch | undefined>
  listBatches(page: ListPage): Promise<readonly CountedBatch[]>
  /** @returns undefined where it is not there; one that has ended is left as it is */
  cancelBatch(id: string): Promise<CountedBatch | undefined>
}

const DAY_MS = 86_400_000
const KEPT_MS = 30 * DAY_MS
/** Of all files of a tenant. */
const MOST_BYTES = 20 * 1024 ** 3
const LONGEST_NAME = 255
const NONE: RequestCounts = { total: 0, completed: 0, failed: 0 }

export function requestDesk({ files, batches, nowMs, newId }: RequestDeskPorts): RequestDesk {
  const plainId = () => newId().replaceAll('-', '')
  async function counted(found: readonly RequestBatch[]): Promise<readonly CountedBatch[]> {
    const counts = await batches.counts(found.map(({ id }) => id))
    return found.map((batch) => ({ ...batch, counts: counts.get(batch.id) ?? NONE }))
  }
  async function batch(id: string): Promise<CountedBatch | undefined> {
    const found = await batches.get(id)
    return found && (await counted([found]))[0]
  }
  return {
    async upload(name, content, livesMs, onceId) {
      if ((await files.totalBytes()) > MOST_BYTES)
        throw wrong('file', 'has no room left; delete some')
      const createdAtMs = nowMs()
      const id = `file-${plainId()}`
      return files.write(
        { id, name: name.slice(0, LONGEST_NAME), purpose: 'batch', createdAtMs },
        content,
        async () => createdAtMs + ((await livesMs) ?? KEPT_MS),
        onceId,
      )
    },
    file: (id) => files.get(id),
    listFiles: (page) => files.list(page),
    async removeFile(id) {
      if (await batches.reads(id)) throw new Conflict(`a batch that has not ended reads ${id}`)
      return files.remove(id)
    },
    content: (id) => files.read(id),
    async createBatch(ask, onceId) {
      const windowMs = completionWindowMs(ask.completionWindow)
      if (windowMs === undefined) throw wrong('completion_window', `must be ${WINDOW_WORDS}`)
      const input = await files.get(ask.inputFile)
      if (!input) throw new NotFound(`there is no file ${ask.inputFile}`)
      const createdAtMs = nowMs()
      const made: RequestBatch = {
        id: `batch_${onceId ?? plainId()}`,
        status: 'validating',
        ask,
        createdAtMs,
        deadlineAtMs: createdAtMs + windowMs,
        times: { validating: createdAtMs },
        errors: [],
      }
      await batches.add(made)
      return (await batch(made.id)) ?? { ...made, counts: NONE }
    },
    batch,
    listBatches: async (page) => counted(await batches.list(page)),
    async cancelBatch(id) {
      for (const from of ['validating', 'in_progress'] as const) {
        if (await batches.move(id, from, 'cancelling', nowMs())) break
      }
      return batch(id)
    },
  }
}

const wrong = (param: string, message: string) =>
  new InvalidInput(`${param} ${message}`, [{ path: `/body/${param}`, message }])
