import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type OwnProcess, ownProcess } from '../../services/queue/adapters/own-process.ts'
import { bundleChild } from '../support/bundle-child.ts'

const CHILD = new URL('../support/own-process-child.ts', import.meta.url).pathname
const never = new AbortController().signal

let program: Awaited<ReturnType<typeof bundleChild>>
let started: ChildProcess[]
let own: OwnProcess
beforeAll(async () => {
  program = await bundleChild(CHILD)
})
afterEach(() => own?.close())
afterAll(() => program.remove())

function open(...args: string[]): void {
  started = []
  own = ownProcess(() => {
    const child = fork(program.path, args)
    started.push(child)
    return child
  })
}

/** How many such processes have died under a job before. */
const NONE = 0
const asked = (model: string) => ({
  name: 'refit-models' as const,
  payload: { model },
  context: { id: 'a job', attempt: 2, dueAtMs: 7 },
  children: { results: [{ n: 1 }], failures: ['refused'] },
  trace: {},
})
const alive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
const dead = (pid: number) => expect.poll(() => alive(pid)).toBe(false)

describe('a process of its own', () => {
  it('runs a job with all that it was given, and the next in the same process', async () => {
    open()
    const first = await own.run(asked('a'), NONE, never)
    const pid = started[0]!.pid!
    const { children, context } = asked('a')
    expect(first).toEqual({ model: 'a', ...context, ...children, pid })
    expect(await own.run(asked('b'), NONE, never)).toMatchObject({ model: 'b', pid })
    own.close()
    await dead(pid)
  })

  it('says what failed, and whether another run may do better', async () => {
    open()
    const wrong = { name: 'UnrecoverableError', message: 'INVALID_INPUT: no such model' }
    await expect(own.run(asked('wrong'), NONE, never)).rejects.toMatchObject(wrong)
    await expect(own.run(asked('busy'), NONE, never)).rejects.toMatchObject({
      name: 'Error',
      message: 'busy',
    })
    await expect(own.run(asked(''), NONE, never)).rejects.toThrow(
      'bad payload for a refit-models job',
    )
    expect(started).toHaveLength(1)
  })

  it('has what kills it tried again, gives it up at its second death, and goes on with others', async () => {
    open()
    const message = 'a process of its own died while it ran'
    for (const [deaths, name] of [
      [NONE, 'Error'],
      [1, 'UnrecoverableError'],
    ] as const) {
      const killed = own.run(asked('kills'), deaths, never)
      await expect(killed).rejects.toMatchObject({ name, message })
    }
    expect(started).toHaveLength(2)
    expect(await own.run(asked('a'), NONE, never)).toMatchObject({ model: 'a' })
  })

  it('does not take for guilty a job whose process cannot be started', async () => {
    open('fails')
    await expect(own.run(asked('a'), NONE, never)).rejects.toMatchObject({
      name: 'Error',
      message: 'no process of its own could be started for it',
    })
    expect(started).toHaveLength(1)
  })

  it('ends with a job that has no more time', async () => {
    open()
    const { pid } = (await own.run(asked('a'), NONE, never)) as { pid: number }
    const closing = new AbortController()
    const hanging = own.run(asked('hangs'), NONE, closing.signal)
    closing.abort()
    await expect(hanging).rejects.toMatchObject({ name: 'AbortError' })
    await dead(pid)
  })

  it('ends with its parent, however that ends, and by no signal to the whole group', async () => {
    const parent = spawn(process.execPath, [program.path, 'forks'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(parent.stdout.setEncoding('utf8'), 'data')
    const pid = Number(line)
    parent.kill('SIGKILL')
    await dead(pid)

    open()
    const before = (await own.run(asked('a'), NONE, never)) as { pid: number }
    process.kill(before.pid, 'SIGTERM')
    process.kill(before.pid, 'SIGINT')
    expect(await own.run(asked('b'), NONE, never)).toMatchObject({ pid: before.pid })
  })
})
