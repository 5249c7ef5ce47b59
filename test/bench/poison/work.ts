import { setTimeout as pause } from 'node:timers/promises'
import type { JobQueue } from '../../../services/queue/index.ts'
import { isPoison } from './jobs.ts'

/** A healthy job waits for somebody, as most do. */
const WORK_MS = 5
/** As of webhooks and blocks. */
const CONCURRENCY = 4

/** Does healthy jobs and is killed by poison, and says so on standard output. */
export const beginWork = (queue: Pick<JobQueue, 'work'>): Promise<void> =>
  queue.work(
    'account',
    async ({ windowStartMs }) => {
      process.stdout.write(`started ${windowStartMs}\n`)
      if (isPoison(windowStartMs)) process.kill(process.pid, 'SIGKILL')
      await pause(WORK_MS)
      process.stdout.write(`done ${windowStartMs}\n`)
    },
    { concurrency: CONCURRENCY },
  )
