import { once } from 'node:events'
import { expect, it } from 'vitest'
import { bullmqOn } from '../../services/queue/adapters/bullmq.ts'
import type { JobEvent } from '../../services/queue/index.ts'
import { embeddedEngine } from '../support/engines.ts'

it('says why a job failed that had no more time', async () => {
  const { db, destroy } = await embeddedEngine.open()
  const events: JobEvent[] = []
  const queue = await bullmqOn({ database: db }, { observe: (event) => void events.push(event) })
  const begun = new Promise<void>((resolve) => {
    void queue.work('account', async (_payload, { abort }) => {
      resolve()
      await once(abort, 'abort')
      abort.throwIfAborted()
    })
  })
  await queue.add({ name: 'account', payload: { windowStartMs: 7 }, id: 'long' })
  await begun
  await queue.close(50)
  const failed = events.find(({ kind }) => kind === 'failed')
  expect(failed).toMatchObject({ id: 'long', error: 'the process is stopping' })
  await destroy()
})
