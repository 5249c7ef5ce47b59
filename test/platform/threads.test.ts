import { afterAll, describe, expect, it } from 'vitest'
import { openThreads } from '../../services/platform/threads.ts'

/** Numbers that threads share. */
const shared = () => new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))
const TASK = new URL('../support/thread-task.ts', import.meta.url)

describe('threads', () => {
  const threads = openThreads({ threads: 1 })
  afterAll(() => threads.close())

  it('runs a TypeScript task on another thread', async () => {
    const answer = await threads.run<{ sum: number; threadId: number }>(TASK, { add: [1, 2, 3] })
    expect(answer.sum).toBe(6)
    expect(answer.threadId).toBeGreaterThan(0)
  })

  it('leaves the event loop free meanwhile', async () => {
    const spin = shared()
    const work = threads.run(TASK, { spin })
    let turns = 0
    const timer = setInterval(() => {
      if (Atomics.load(spin, 0) === 1 && ++turns > 5) Atomics.store(spin, 1, 1)
    }, 10)
    expect(await work).toBe('as told')
    clearInterval(timer)
  })

  it('brings back a wrong input as what it is, and any other error as its words', async () => {
    const issues = [{ path: '/x', message: 'is' }]
    const invalid = threads.run(TASK, { fail: 'invalid' })
    await expect(invalid).rejects.toMatchObject({ code: 'INVALID_INPUT', issues })
    await expect(threads.run(TASK, { fail: 'out of range' })).rejects.toThrow('out of range')
  })

  it('ends a task that runs too long, and goes on with the next', async () => {
    const abort = AbortSignal.timeout(200)
    await expect(threads.run(TASK, { spin: shared() }, abort)).rejects.toThrow(/abort/i)
    expect(await threads.run(TASK, { add: [4] })).toMatchObject({ sum: 4 })
    await expect(threads.run(TASK, { add: [] }, abort)).rejects.toThrow()
  })

  it('goes on with what waits behind a task that is ended', async () => {
    const [running, queued] = [new AbortController(), new AbortController()]
    const spin = shared()
    const ended = threads.run(TASK, { spin }, running.signal)
    const gone = threads.run(TASK, { spin: shared() }, queued.signal)
    const behind = [1, 2].map((add) => threads.run(TASK, { add: [add] }))
    const abortable = threads.run(TASK, { add: [3] }, new AbortController().signal)
    const both = Promise.allSettled([ended, gone])
    await expect.poll(() => Atomics.load(spin, 0)).toBe(1)
    queued.abort()
    running.abort()
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await Promise.all([...behind, abortable])).toMatchObject([
      { sum: 1 },
      { sum: 2 },
      { sum: 3 },
    ])
  })

  it('closes while an answer is on its way that nobody waits for any more', async () => {
    const stray: string[] = []
    const onStray = ({ message }: Error) => stray.push(message)
    // A thread may stand still between its work and its answer: then there is no race, and another try.
    for (let tries = 0; tries < 20 && stray.length === 0; tries++) {
      const closing = openThreads({ threads: 1, onStray })
      const summed = shared()
      const first = closing.run(TASK, { add: [1] })
      const second = closing.run(TASK, { add: [2], summed })
      const closed = first.then(() => {
        Atomics.wait(summed, 0, 0, 60_000)
        Atomics.wait(shared(), 0, 0, 50) // the answer itself, which nobody hears of
        return closing.close()
      })
      await expect(second).rejects.toThrow(/terminat/i)
      await closed
    }
    expect(stray).toEqual([expect.stringContaining('Unexpected message')])
  })
})
