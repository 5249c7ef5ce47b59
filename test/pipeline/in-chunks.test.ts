import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { inChunks } from '../../services/pipeline/in-chunks.ts'

async function all<Item>(chunks: AsyncIterable<readonly Item[]>) {
  const found = []
  for await (const chunk of chunks) found.push(chunk)
  return found
}

it('gives whole chunks, and what is left at the end', async () => {
  expect(await all(inChunks([1, 2, 3, 4, 5], 2, 1e6))).toEqual([[1, 2], [3, 4], [5]])
  expect(await all(inChunks([1, 2], 2, 1e6))).toEqual([[1, 2]])
  expect(await all(inChunks([], 2, 1e6))).toEqual([])
})

it('gives what there is where the input pauses, and loses nothing of what comes then', async () => {
  async function* halting() {
    yield* [1, 2]
    await pause(60)
    yield 3
  }
  expect(await all(inChunks(halting(), 100, 10))).toEqual([[1, 2], [3]])
})

it('gives what came before a fault, and then the fault', async () => {
  async function* faulty() {
    yield* [1, 2]
    throw new Error('broke')
  }
  const chunks = inChunks(faulty(), 9, 1e6)
  expect((await chunks.next()).value).toEqual([1, 2])
  await expect(chunks.next()).rejects.toThrow('broke')
})

it('lets go of its input when nobody wants more', async () => {
  let closed = false
  async function* endless() {
    try {
      for (let n = 0; ; n++) yield n
    } finally {
      closed = true
    }
  }
  for await (const chunk of inChunks(endless(), 3, 10)) {
    expect(chunk).toEqual([0, 1, 2])
    break
  }
  await pause(5)
  expect(closed).toBe(true)
})
