import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '../../services/platform/database/database.ts'
import { openEmbedded } from '../../services/platform/database/embedded.ts'
import { openPostgres } from '../../services/platform/database/postgres.ts'

/** An empty database of its own for one test file, and how to open it once more. */
export interface FreshDatabase {
  readonly db: Database
  /** Closes it and opens it again, as a restart would. */
  reopen(): Promise<Database>
  destroy(): Promise<void>
}

export interface Engine {
  readonly name: string
  /** Why it cannot be tested here. */
  readonly skip: string | undefined
  open(): Promise<FreshDatabase>
}

const serverUrl = process.env.TEST_DATABASE_URL
/** Undefined where no server was started: `npm test` starts one. */
export const redisUrl = process.env.TEST_REDIS_URL

export const embeddedEngine: Engine = {
  name: 'embedded',
  skip: undefined,
  async open() {
    const folder = await freshFolder()
    return reopening(
      () => openEmbedded(folder),
      () => rm(folder, { recursive: true, force: true }),
    )
  },
}

export const postgresEngine: Engine = {
  name: 'PostgreSQL',
  skip: serverUrl ? undefined : 'TEST_DATABASE_URL is not set',
  async open() {
    const { url, drop } = await freshServerDatabase()
    return reopening(() => Promise.resolve(openPostgres(url)), drop)
  },
}

/** A new database on the server. */
export async function freshServerDatabase() {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const admin = openPostgres(serverUrl!, { maxConnections: 1 })
  await admin.query(`create database ${name}`)
  const url = new URL(serverUrl!)
  url.pathname = name
  const drop = async () => {
    await admin.patient.query(`drop database ${name} with (force)`)
    await admin.close()
  }
  return { url: url.href, drop }
}

export const ENGINES: readonly Engine[] = [embeddedEngine, postgresEngine]

async function reopening(
  open: () => Promise<Database>,
  remove: () => Promise<void>,
): Promise<FreshDatabase> {
  let current = await open()
  return {
    get db() {
      return current
    },
    async reopen() {
      await current.close()
      current = await open()
      return current
    },
    async destroy() {
      await current.close()
      await remove()
    },
  }
}

const TEMPLATE = join(import.meta.dirname, '../../node_modules/.cache/gridtide/embedded')

/** Creating embedded files takes seconds, copying them does not: one template serves every test. */
export async function freshFolder(): Promise<string> {
  if (!existsSync(TEMPLATE)) {
    const unfinished = `${TEMPLATE}-${randomUUID()}`
    await mkdir(unfinished, { recursive: true })
    await (await openEmbedded(unfinished)).close()
    // Somebody else may have been faster; their template is as good.
    await rename(unfinished, TEMPLATE).catch(() => rm(unfinished, { recursive: true }))
  }
  const folder = await mkdtemp(join(tmpdir(), 'gridtide-test-'))
  await cp(TEMPLATE, folder, { recursive: true })
  return folder
}
