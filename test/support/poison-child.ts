/** A worker that dies of one job, and does the others. Options as JSON; see poison.test.ts. */
import { openLog } from '../../services/platform/log.ts'
import { openEngine } from '../../services/wiring/engine.ts'

export const POISON = 666

const { maxStarts, ...where } = JSON.parse(process.argv[2]!) as {
  home: string
  databaseUrl?: string
  redisUrl?: string
  keyPrefix: string
  maxStarts: number
}
const engine = await openEngine(where, openLog('silent'), {
  lockMs: 1_000,
  stalledCheckMs: 300,
  keyPrefix: where.keyPrefix,
  maxStarts,
})
await engine.queue.add({ name: 'account', payload: { windowStartMs: POISON }, id: 'poison' })
await engine.queue.add({ name: 'account', payload: { windowStartMs: 1 }, id: 'healthy' })
await engine.queue.work(
  'account',
  async ({ windowStartMs }) => {
    process.stdout.write(`started ${windowStartMs}\n`)
    if (windowStartMs === POISON) process.kill(process.pid, 'SIGKILL')
  },
  { concurrency: 1 },
)
while ((await engine.queue.dead('account', 1)).length === 0) {
  await new Promise((resolve) => setTimeout(resolve, 50))
}
const [dead] = await engine.queue.dead('account', 1)
process.stdout.write(`dead ${dead!.id} ${dead!.reason}\n`)
const { waiting, active } = await engine.queue.counts('account')
process.stdout.write(`left ${waiting + active}\n`)
await engine.close()
process.exit(0)
