import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from '../../services/platform/database/migrate.ts'
import { postgresRuns } from '../../services/runs/adapters/postgres.ts'
import { ENGINES, type FreshDatabase } from '../support/engines.ts'

const upload = (text: string, model = 'llama') => ({
  model,
  runs: 2,
  uploadedAtMs: 5,
  uploadedBy: 'ann',
  format: 'csv' as const,
  text,
})

for (const engine of ENGINES) {
  describe.skipIf(engine.skip)(`uploaded runs: ${engine.name} ${engine.skip ?? ''}`, () => {
    let fresh: FreshDatabase
    beforeAll(async () => {
      fresh = await engine.open()
      await migrate(fresh.db)
    })
    afterAll(() => fresh?.destroy())

    it('are kept as they came, once each, and page newest first', async () => {
      const runs = postgresRuns(fresh.db, 'acme')
      const first = await runs.add(upload('a'))
      expect(first).toMatchObject({ model: 'llama', runs: 2, uploadedBy: 'ann', uploadedAtMs: 5 })
      expect(await runs.add(upload('a'))).toEqual(first) // sent again by who never heard
      const other = await runs.add(upload('a', 'qwen'))
      const second = await runs.add(upload('b'))
      expect(await runs.textsOf('llama')).toEqual([
        { format: 'csv', text: 'a' },
        { format: 'csv', text: 'b' },
      ])
      const page = await runs.list({ limit: 2 })
      expect(page.map(({ id }) => id)).toEqual([second.id, other.id])
      expect(await runs.list({ limit: 9, before: other.id })).toEqual([first])
    })

    it('are taken until there are 1,000, and one that is there already after that', async () => {
      const runs = postgresRuns(fresh.db, 'full')
      await runs.add(upload('first'))
      await fresh.db.query(
        `insert into measured_run
           (tenant, model, runs, uploaded_at_ms, uploaded_by, format, body, digest)
         select 'full', 'qwen', 1, 5, 'ann', 'csv', n::text, md5(n::text)
         from generate_series(1, 999) as n`,
      )
      await expect(runs.add(upload('one more'))).rejects.toMatchObject({ code: 'INVALID_INPUT' })
      expect(await runs.add(upload('first'))).toMatchObject({ model: 'llama' })
    })

    it('can be forgotten', async () => {
      const runs = postgresRuns(fresh.db, 'acme')
      const { id } = await runs.add(upload('gone'))
      expect(await runs.remove(id)).toBe('llama')
      await expect(runs.remove(id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })
  })
}
