import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrate, migrationNames } from '../../services/platform/database/migrate.ts'
import { tablesInOrder } from '../../services/platform/database/tables.ts'
import { ENGINES, type FreshDatabase } from '../support/engines.ts'
import { countsOf, fillTables, schemaOf } from '../support/fill-tables.ts'

const names = await migrationNames()
/** Dropped on purpose, by 0031: nobody ever used it. */
const DROPPED = ['setting']

describe.each(ENGINES)('$name: a schema with rows in it', ({ skip, open }) => {
  let fresh: FreshDatabase
  let newest: unknown
  beforeAll(async () => {
    if (skip) return
    fresh = await open()
    await migrate(fresh.db)
    newest = await schemaOf(fresh.db)
  })
  afterAll(() => fresh?.destroy())

  test.skipIf(skip).each(names.map((name, index) => [name, index + 1] as const))(
    'of %s becomes the newest, and no row is lost',
    async (_name, count) => {
      const { db } = fresh
      await db.query('drop schema gridtide cascade')
      await migrate(db, names.slice(0, count))
      await fillTables(db)
      const before = await countsOf(db)
      expect(Object.values(before).every((rows) => rows >= 1)).toBe(true)

      expect(await migrate(db)).toEqual(names.slice(count))

      const after = await countsOf(db)
      for (const [table, rows] of Object.entries(before)) {
        if (!DROPPED.includes(table)) expect(after[table], table).toBe(rows)
      }
      expect(await schemaOf(db)).toEqual(newest)
      expect(await tablesInOrder(db)).toEqual(expect.arrayContaining(Object.keys(after)))
    },
  )
})
