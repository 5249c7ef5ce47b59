import { describe, expect, it } from 'vitest'
import { postgresDeferredJobs } from '../../services/deferred/adapters/postgres.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import { job } from '../batch/jobs.ts'
import { describeDeferredJobs } from '../contracts/deferred-jobs.contract.ts'
import { ENGINES } from '../support/engines.ts'
import { memoryJobs } from './memory-jobs.ts'

describeDeferredJobs('memory', async () => ({ store: memoryJobs(), close: async () => undefined }))

for (const engine of ENGINES) {
  if (engine.skip)
    describe.skip(`deferrable jobs in ${engine.name} (${engine.skip})`, () => undefined)
  else {
    describeDeferredJobs(engine.name, async () => {
      const fresh = await engine.open()
      await migrate(fresh.db)
      return { store: postgresDeferredJobs(fresh.db, 'acme'), close: () => fresh.destroy() }
    })
  }
}

describe.skipIf(ENGINES[0]!.skip)('tenants', () => {
  it('do not see each other, and an event comes with the update that causes it', async () => {
    const fresh = await ENGINES[0]!.open()
    await migrate(fresh.db)
    const [acme, other] = ['acme', 'other'].map((tenant) => postgresDeferredJobs(fresh.db, tenant))
    const one = {
      job: job(),
      state: 'waiting',
      submittedAtMs: 1,
      progress: { workLeft: 1 },
      plannedAtMs: 1,
      ran: [],
    } as const
    await acme!.add([one])
    expect(await other!.get('job')).toBeUndefined()
    expect(await other!.add([one])).toMatchObject({ ids: ['job'] })
    const event = {
      type: 'batch.started',
      subject: 'batch/job',
      key: 'job',
      occurredAtMs: 1,
      data: {},
    } as const
    await acme!.update([], [event])
    const rows = await fresh.db.query('select tenant, type from outbox_event')
    expect(rows).toEqual([{ tenant: 'acme', type: 'batch.started' }])
    await fresh.destroy()
  })
})
