/**
 * A worker that dies of some jobs, and does the others; or the process that it starts for those under
 * which one has died. Options as JSON; see poison.test.ts.
 */
import { fork } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { openLog } from '../../services/platform/log.ts'
import { answerParent, type JobQueue } from '../../services/queue/index.ts'
import { openEngine } from '../../services/wiring/engine.ts'

/** Jobs from this number on kill. */
const POISON = 666
/** Fails twice, kills a worker, then one process of its own, and is done after that. */
const UNLUCKY = 555
const WORK_MS = 50
/**
 * Where jobs have processes of their own, their deaths are counted: a process that only stands still
 * for half of this is taken for dead.
 */
const LOCK_MS = { here: 1_000, apart: 3_000 }
const BACKOFF_MS = 300

const [, program, options, own] = process.argv
const { maxStarts, poison, healthy, unlucky, concurrency, ...where } = JSON.parse(options!) as {
  home: string
  databaseUrl?: string
  redisUrl?: string
  keyPrefix: string
  maxStarts: number
  /** How many of each. */
  poison: number
  healthy: number
  /** Whether there is one of those. */
  unlucky?: boolean
  concurrency: number
}

const begin = (queue: Pick<JobQueue, 'work'>) =>
  queue.work(
    'account',
    async ({ windowStartMs: job }, { attempt }) => {
      process.stdout.write(`${own ?? 'started'} ${job}\n`)
      if (job === UNLUCKY && attempt < 3) throw new Error('busy')
      if (job >= POISON || (job === UNLUCKY && attempt === 3)) process.kill(process.pid, 'SIGKILL')
      await pause(WORK_MS)
      process.stdout.write(`done ${job}\n`)
    },
    { concurrency },
  )

async function worker(): Promise<void> {
  const server = where.redisUrl ?? where.databaseUrl
  const engine = await openEngine(where, openLog('silent'), {
    lockMs: LOCK_MS[server ? 'apart' : 'here'],
    stalledCheckMs: 300,
    keyPrefix: where.keyPrefix,
    maxStarts,
    ...(server && {
      startOwn: () => fork(program!, [options!, 'apart']),
    }),
  })
  const { queue } = engine
  const jobs = Array.from({ length: poison + healthy }, (_, i) =>
    i < poison ? POISON + i : i - poison + 1,
  )
  if (unlucky) jobs.push(UNLUCKY)
  for (const job of jobs) {
    const payload = { windowStartMs: job }
    await queue.add({ name: 'account', payload, id: String(job), backoffMs: BACKOFF_MS })
  }
  await begin(queue)
  for (let left = 1; left > 0; await pause(50)) {
    const { waiting, active, delayed } = await queue.counts('account')
    left = waiting + active + delayed
  }
  for (const { id, reason } of await queue.dead('account', jobs.length)) {
    process.stdout.write(`dead ${id} ${reason}\n`)
  }
  process.stdout.write('end\n')
  await engine.close()
}

await (own ? answerParent(begin) : worker())
