import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import type { Asked, Chore, Told } from './messages.ts'

const EVERY_SECONDS: Readonly<Record<Chore, number>> = {
  rewind: 15,
  guard: 15,
  expire: 60,
  resume: 60,
  correct: 60,
  schedulers: 60,
  forget: 3600,
}

/**
 * One process of the service, lived through cycle by cycle.
 *
 * @param program what was built of `service-child.ts`
 */
export async function startCycles(
  program: string,
  options: {
    readonly fleetFile: string
    readonly env: Readonly<Record<string, string>>
    readonly cycleSeconds: number
  },
) {
  // Without what runs this bench from its sources: the service is as it is built.
  const child = fork(program, [JSON.stringify(options)], { execArgv: [] })
  const ended = once(child, 'exit')
  const hear = async (): Promise<Told> => {
    const gone = ended.then(([code]) => Promise.reject(new Error(`the service ended: ${code}`)))
    gone.catch(() => undefined)
    const [told] = (await Promise.race([once(child, 'message'), gone])) as [Told]
    if (told.failed) throw new Error(told.failed)
    return told
  }
  const ask = (message: Asked | 'rows') => {
    const answer = hear()
    child.send(message)
    return answer
  }
  let lived = 0
  const aheadMs = () => lived * options.cycleSeconds * 1000
  const nowMs = () => Date.now() + aheadMs()
  const { url } = await hear()

  return {
    url: url!,
    /** By the clock of the service. */
    nowMs,
    /**
     * Lives one cycle.
     *
     * @param look whether to collect what is of no use any more, and say what memory is left
     */
    async next(look: boolean) {
      const before = nowMs()
      lived++
      const due = (seconds: number) =>
        Math.floor(nowMs() / 1000 / seconds) > Math.floor(before / 1000 / seconds)
      const chores = (Object.keys(EVERY_SECONDS) as Chore[]).filter((one) =>
        due(EVERY_SECONDS[one]),
      )
      const { memory } = await ask({ number: lived, aheadMs: aheadMs(), chores, look })
      return memory
    },
    rows: async () => (await ask('rows')).rows!,
    openFiles: async () => (await readdir(`/proc/${child.pid}/fd`)).length,
    async stop() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
