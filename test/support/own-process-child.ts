/**
 * A process that does jobs for its parent, each as its payload says; with `forks` as an argument one
 * that only starts such a process and says its id. See own-process.test.ts.
 */
import { fork } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { InvalidInput } from '../../services/domain/errors.ts'
import { answerParent } from '../../services/queue/index.ts'

const [, program, how] = process.argv
if (how === 'forks') process.stdout.write(`${fork(program!, []).pid}\n`)
else if (how === 'fails') process.exit(1)
else {
  await answerParent(async (queue) => {
    await queue.work('refit-models', async ({ model }, { children, ...context }) => {
      if (model === 'kills') process.kill(process.pid, 'SIGKILL')
      if (model === 'hangs') await pause(600_000)
      if (model === 'wrong') throw new InvalidInput('no such model')
      if (model === 'busy') throw new Error('busy')
      const { id, attempt, dueAtMs } = context
      return { model, id, attempt, dueAtMs, ...(await children()), pid: process.pid }
    })
  })
}
