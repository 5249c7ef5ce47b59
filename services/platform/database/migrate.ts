import { readdir, readFile } from 'node:fs/promises'
import type { Database } from './database.ts'

const MIGRATIONS = new URL('./migrations/', import.meta.url)
const LOCK_KEY = 0x67726964 // 'grid'

/** Every migration there is, oldest first. */
export const migrationNames = async (): Promise<readonly string[]> =>
  (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).sort()

/**
 * Brings the schema up to date: every `NNNN-name.sql` that has not run yet, in order, once, all or
 * none. Files only ever get added; processes that start together wait for the first.
 *
 * @param among the schema stops at these, so that rows of that time fit; every file unless told
 * @returns the names of the migrations that ran now
 */
export async function migrate(db: Database, among?: readonly string[]): Promise<readonly string[]> {
  const every = await migrationNames()
  const names = among ? every.filter((name) => among.includes(name)) : every
  const files = await Promise.all(
    names.map(async (name) => ({ name, sql: await readFile(new URL(name, MIGRATIONS), 'utf8') })),
  )
  return db.patient.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [LOCK_KEY])
    await tx.query('create schema if not exists gridtide')
    await tx.query('set local search_path to gridtide')
    await tx.query(
      'create table if not exists schema_migration (name text primary key, ran_at timestamptz not null default now())',
    )
    const ran = await tx.query<{ name: string }>('select name from schema_migration')
    const known = new Set(ran.map(({ name }) => name))
    const pending = files.filter(({ name }) => !known.has(name))
    for (const { name, sql } of pending) {
      await tx.query(sql)
      await tx.query('insert into schema_migration (name) values ($1)', [name])
    }
    return pending.map(({ name }) => name)
  })
}
