import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { PGlite, types } from '@electric-sql/pglite'
import { type Database, SEARCH_PATH } from './database.ts'
import { EmbeddedPool } from './embedded-pool.ts'
import { lockFolder } from './folder-lock.ts'
import { overPool } from './over-pool.ts'

/**
 * The 128 MB that PostgreSQL would take are filled within seconds and never given back, and hold a
 * second copy of what the system's page cache holds already.
 */
const BUFFERS = '16MB'

/**
 * PostgreSQL inside this process, its files under `folder`. What it acknowledged survives
 * `kill -9`; it does not call fsync, so for power loss use a server.
 *
 * @throws Conflict where another process has the folder open
 */
export async function openEmbedded(folder: string): Promise<Database> {
  await mkdir(folder, { recursive: true })
  const lock = await lockFolder(folder)
  try {
    const files = join(folder, 'postgres')
    if (!existsSync(files)) await createFiles(files)
    const db = await PGlite.create(files, {
      parsers: { [types.INT8]: Number },
      startParams: [...PGlite.defaultStartParams, '-c', `shared_buffers=${BUFFERS}`],
    })
    await db.exec(`set search_path to ${SEARCH_PATH}`)
    const pool = new EmbeddedPool(db)
    return overPool('embedded', pool, async () => {
      await pool.end()
      await db.close()
      await lock.release()
    })
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** Code that runs once is not worth optimising: without it the files are there a third sooner. */
const CREATE = `require('node:v8').setFlagsFromString('--liftoff-only')
require(process.argv[1]).PGlite.create(process.argv[2]).then((db) => db.close())`

/**
 * Creating the files takes 800 MB that WebAssembly never gives back, so a child does it; and it
 * works under another name until done, so that a kill leaves nothing half made. A name of its own:
 * the child of a process that was killed may still be at work.
 */
async function createFiles(files: string): Promise<void> {
  const unfinished = await mkdtemp(`${files}.unfinished-`)
  const library = createRequire(import.meta.url).resolve('@electric-sql/pglite')
  await promisify(execFile)(process.execPath, ['-e', CREATE, library, unfinished])
  await rename(unfinished, files)
  await removeUnfinished(files)
}

/** What killed processes left behind; what cannot be removed is in nobody's way. */
async function removeUnfinished(files: string): Promise<void> {
  const prefix = `${basename(files)}.unfinished-`
  const left = (await readdir(dirname(files))).filter((name) => name.startsWith(prefix))
  await Promise.allSettled(
    left.map((name) => rm(join(dirname(files), name), { recursive: true, force: true })),
  )
}
