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
    await fresh.db.query('drop schema gridtide cascade')
  })
  afterAll(() => fresh?.destroy())

  test.skipIf(skip).each(names.map((name, index) => [name, index] as const))(
    '%s loses no row of any version before it',
    async (name, index) => {
      const { db } = fresh
      const before = index === 0 ? {} : await countsOf(db)

      expect(await migrate(db, names.slice(0, index + 1))).toEqual([name])

      const after = await countsOf(db)
      for (const [table, rows] of Object.entries(before)) {
        if (!DROPPED.includes(table)) expect(after[table], table).toBe(rows)
      }
      expect(await tablesInOrder(db)).toEqual(expect.arrayContaining(Object.keys(after)))
      await fillTables(db, index)
      const filled = Object.values(await countsOf(db))
      expect(filled.every((rows) => rows >= 1)).toBe(true)
    },
  )

  test.skipIf(skip)('step by step is the same as at once', async () => {
    expect(await migrate(fresh.db)).toEqual([])
    expect(await schemaOf(fresh.db)).toEqual(newest)
  })
})
