import { randomUUID } from 'node:crypto'
import {
  type RequestDesk,
  type RequestDeskPorts,
  requestDesk,
} from '../../services/pipeline/request-desk.ts'
import type {
  FileStore,
  ListPage,
  RequestBatch,
  StoredFile,
} from '../../services/requests/index.ts'

function page<Item extends { readonly id: string }>(
  items: readonly Item[],
  { limit, after, order }: ListPage,
) {
  const sorted = order === 'asc' ? items : items.toReversed()
  return sorted.slice(sorted.findIndex(({ id }) => id === after) + 1).slice(0, limit)
}

/** Files in memory. */
function memoryFiles(): FileStore {
  const kept = new Map<string, StoredFile & { readonly content: Buffer }>()
  return {
    async write(file, content, expiresAtMs) {
      const chunks: Uint8Array[] = []
      for await (const chunk of content) chunks.push(chunk)
      const whole = Buffer.concat(chunks)
      const stored = { ...file, bytes: whole.length, expiresAtMs: await expiresAtMs() }
      kept.set(file.id, { ...stored, content: whole })
      return stored
    },
    get: async (id) => kept.get(id),
    list: async ({ purpose, ...one }) =>
      page(
        [...kept.values()].filter((file) => (purpose ?? file.purpose) === file.purpose),
        one,
      ),
    async *read(id, range) {
      const { content } = kept.get(id)!
      yield range ? content.subarray(range.atByte, range.atByte + range.bytes) : content
    },
    remove: async (id) => kept.delete(id),
    totalBytes: async () => [...kept.values()].reduce((sum, { bytes }) => sum + bytes, 0),
    forget: async () => 0,
  }
}

/** The batches that the desk asks for, in memory; nothing runs them. */
function memoryBatches(): RequestDeskPorts['batches'] {
  const kept = new Map<string, RequestBatch>()
  return {
    add: async (batch) => void kept.set(batch.id, batch),
    get: async (id) => kept.get(id),
    list: async (one) => page([...kept.values()], one),
    counts: async () => new Map(),
    async move(id, from, to, atMs) {
      const found = kept.get(id)
      if (found?.status !== from) return false
      kept.set(id, { ...found, status: to, times: { ...found.times, [to]: atMs } })
      return true
    },
    reads: async (file) => [...kept.values()].some(({ ask }) => ask.inputFile === file),
  }
}

/** Files and batches of one tenant, in memory. */
export const memoryRequests = (nowMs: () => number): RequestDesk =>
  requestDesk({ files: memoryFiles(), batches: memoryBatches(), nowMs, newId: randomUUID })
