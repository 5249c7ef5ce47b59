import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compiledOnce } from '../../services/platform/compiled-once.ts'
import { openThreads } from '../../services/platform/threads.ts'

const TASK = new URL('../support/compiling-task.ts', import.meta.url)
/** The smallest module there is: its magic word, and version 1. */
const EMPTY = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)

describe('WebAssembly compiled once', () => {
  let folder = ''
  const written = async (name: string) => {
    await writeFile(join(folder, name), EMPTY)
    return pathToFileURL(join(folder, name)).href
  }
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gridtide-wasm-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('is not compiled again by a thread that is started afterwards', async () => {
    const url = await written('shared.wasm')
    const threads = openThreads({ threads: 1, prepare: () => compiledOnce(url) })
    try {
      expect(await threads.run(TASK, { url })).toEqual({ compilations: 0, isSame: true })
    } finally {
      await threads.close()
    }
  })

  it('is compiled by a thread whose parent has not, once', async () => {
    const url = await written('own.wasm')
    const threads = openThreads({ threads: 1 })
    try {
      expect(await threads.run(TASK, { url })).toEqual({ compilations: 1, isSame: true })
      expect(await threads.run(TASK, { url })).toEqual({ compilations: 1, isSame: true })
    } finally {
      await threads.close()
    }
  })

  it('is tried again after it could not be read', async () => {
    const url = pathToFileURL(join(folder, 'late.wasm')).href
    await expect(compiledOnce(url)).rejects.toThrow('ENOENT')
    await written('late.wasm')
    await expect(compiledOnce(url)).resolves.toBeDefined()
  })
})
