import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresPlans } from '../../services/plans/adapters/postgres.ts'
import { backup } from '../../services/platform/database/backup.ts'
import { migrate, migrationNames } from '../../services/platform/database/migrate.ts'
import { restore } from '../../services/platform/database/restore.ts'
import { aPlan } from '../api/memory-ports.ts'
import { ENGINES, type FreshDatabase } from '../support/engines.ts'
import { countsOf, fillTables } from '../support/fill-tables.ts'

const usable = ENGINES.filter(({ skip }) => !skip)
const opened = new Map<string, FreshDatabase>()
/** The engine's one database, as if nothing had ever been in it: opening one takes seconds. */
const open = async (engine: (typeof ENGINES)[number]) => {
  const { db } = opened.get(engine.name) ?? (await engine.open())
  await db.query('drop schema if exists gridtide cascade')
  return db
}
async function* each(lines: readonly string[]) {
  yield* lines
}

/** By engine: all that one installation keeps. */
const backups = new Map<string, readonly string[]>()
beforeAll(async () => {
  for (const engine of usable) {
    opened.set(engine.name, await engine.open())
    const db = await open(engine)
    await migrate(db)
    await fillTables(db)
    const plans = postgresPlans(db, 'default')
    const { version: _, ...draft } = aPlan(1, 2, 24)
    await plans.save(draft, { ifVersion: 0, events: () => [] })
    const lines: string[] = []
    await backup(db, 1, async (line) => void lines.push(line))
    backups.set(engine.name, lines)
  }
})
afterAll(async () => {
  for (const fresh of opened.values()) await fresh.destroy()
})

const pairs = usable.flatMap((from) => usable.map((to) => ({ from, to })))

describe.each(pairs)('a backup of $from.name in $to.name', ({ from, to }) => {
  test('is all there, in every byte, and goes on above what targets may have seen', async () => {
    const lines = backups.get(from.name)!
    const db = await open(to)
    const counts = await restore(db, each(lines))
    expect(await countsOf(db)).toEqual(counts)

    const again: string[] = []
    await backup(db, 1, async (line) => void again.push(line))
    const bare = (all: readonly string[]) =>
      all.map((line) => line.replace(/"next_version":\d+/, '"next_version":0')).toSorted()
    expect(bare(again)).toEqual(bare(lines))

    const plans = postgresPlans(db, 'default')
    const { version, ...draft } = (await plans.current())!
    expect(version).toBe(1)
    const saved = await plans.save(draft, { ifVersion: 1, events: () => [] })
    expect(saved).toMatchObject({ status: 'saved', plan: { version: 1_000_002 } })
  })
})

describe('what is no backup, or not for here', () => {
  const [engine] = ENGINES
  const names = migrationNames()

  test('is refused, and leaves nothing behind', async () => {
    const db = await open(engine!)
    const lines = backups.get(engine!.name)!
    const head = JSON.parse(lines[0]!)
    const newer = JSON.stringify({ ...head, migrations: [...(await names), '9999-later.sql'] })
    await expect(restore(db, each(['{}']))).rejects.toThrow('no backup of Gridtide')
    await expect(restore(db, each([]))).rejects.toThrow('no backup of Gridtide')
    await expect(restore(db, each([newer]))).rejects.toThrow('newer Gridtide: it has 9999-later')
    await expect(restore(db, each(lines.slice(0, 5)))).rejects.toThrow('the backup ends before')
    await expect(restore(db, each([lines[0]!, '{"table":"unknown"}']))).rejects.toThrow('unknown')
    await restore(db, each(lines))
    await expect(restore(db, each(lines))).rejects.toThrow('restore into an empty one')
  })

  test('an older one brings its schema, and is brought up to date', async () => {
    const before = await open(engine!)
    await migrate(before, (await names).slice(0, 4))
    await fillTables(before)
    const lines: string[] = []
    await backup(before, 1, async (line) => void lines.push(line))
    const after = await open(engine!)
    await restore(after, each(lines))
    expect(await migrate(after)).toEqual([])
    expect((await countsOf(after)).plan).toBe(2)
  })
})
