/** A worker that does healthy jobs and is killed by poison. Options as JSON; started by `run.ts`. */
import { setTimeout as pause } from 'node:timers/promises'
import { openLog } from '../../../services/platform/log.ts'
import { openEngine } from '../../../services/wiring/engine.ts'
import { isPoison, type PoisonPlace } from './jobs.ts'

/** A healthy job waits for somebody, as most do. */
const WORK_MS = 5
const CONCURRENCY = 8

const place = JSON.parse(process.argv[2]!) as PoisonPlace
const engine = await openEngine(place, openLog('silent'), { keyPrefix: place.keyPrefix })
await engine.queue.work(
  'account',
  async ({ windowStartMs }) => {
    process.stdout.write(`started ${windowStartMs}\n`)
    if (isPoison(windowStartMs)) process.kill(process.pid, 'SIGKILL')
    await pause(WORK_MS)
    process.stdout.write(`done ${windowStartMs}\n`)
  },
  { concurrency: CONCURRENCY },
)
process.stdout.write('working 0\n')
