import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { FastifyAdapter } from '@bull-board/fastify'
import type { Queue } from 'bullmq'
import type { QueueBoard } from '../port.ts'

/**
 * bull-board over open queues, on Redis as on PostgreSQL. It only shows: jobs are revived through
 * the API, which writes down who did it. Loaded on demand: it is large.
 *
 * @param path where it is mounted, e.g. `/admin/queues`
 */
export function bullBoard(queues: readonly unknown[], path: string): QueueBoard {
  const serverAdapter = new FastifyAdapter()
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue as Queue, { readOnlyMode: true })),
    serverAdapter,
    options: { uiConfig: { boardTitle: 'Gridtide' } },
  })
  serverAdapter.setBasePath(path)
  return serverAdapter.registerPlugin() as unknown as QueueBoard
}
