import { describe, expect, it } from 'vitest'
import { until } from '../support/service-process.ts'
import { beatUntil, chunksOf, HOUR_MS, line, lines, requestWorlds } from './request-worlds.ts'

const worlds = requestWorlds()
const { world } = worlds

describe('batches of requests', () => {
  it('run as wide as their plan says, and not before it begins', async () => {
    const w = world('wide', [
      { startMs: 2, endMs: 3, level: 0 },
      { startMs: 3, endMs: 4, level: 1 },
    ])
    const id = await w.handIn(lines(12))
    const runner = w.runner('a')
    await beatUntil(w, runner, id, 'in_progress')
    await runner.beat()
    expect(worlds.server.asked).toEqual([])
    worlds.server.state.answerAfterMs = 50
    w.clock.hours = 2.5
    await until(async () => {
      await runner.beat()
      return worlds.server.asked.length >= 4
    }, 'the first hour')
    expect(worlds.server.gauge.most).toBe(2)
    worlds.server.state.answerAfterMs = 500 // long enough for four to be seen at once
    w.clock.hours = 3.5
    const batch = await beatUntil(w, runner, id, 'completed')
    expect(worlds.server.gauge.most).toBe(4)
    expect(batch.counts).toEqual({ total: 12, completed: 12, failed: 0 })
    expect((await w.jobs.get(id))!.progress.workLeft).toBe(0)
    const output = (await w.textOf(batch.outputFile)).trim().split('\n')
    expect(output.map((text) => JSON.parse(text).custom_id)).toEqual(
      lines(12).map((_, n) => `r${n}`),
    )
    expect(w.refusals).toEqual([])
  })

  it('stand still, and abort, where interactive traffic needs the GPUs', async () => {
    const w = world('yielding')
    const id = await w.handIn(lines(2))
    worlds.server.state.answerAfterMs = 600_000
    const runner = w.runner('a')
    await until(async () => {
      await runner.beat()
      return worlds.server.asked.length === 2
    }, 'both')
    await w.yields.yield(['home'], w.nowMs() + HOUR_MS / 2)
    await runner.beat()
    await until(() => worlds.server.gauge.closed === 2, 'both to be aborted', 20_000)
    await runner.beat()
    expect(worlds.server.asked).toHaveLength(2)
    worlds.server.state.answerAfterMs = 0
    w.clock.hours = 1
    const batch = await beatUntil(w, runner, id, 'completed')
    expect(batch.counts.completed).toBe(2)
    expect(worlds.server.asked).toHaveLength(4)
  })

  it('are taken over from a process that died, and its late answers are not taken', async () => {
    const w = world('dying')
    const id = await w.handIn(lines(1))
    const { batches } = w.stores
    await beatUntil(
      w,
      w.runner('a', { yields: { ...w.yields, now: async () => new Set(['home']) } }),
      id,
      'in_progress',
    )
    const ask = { atOnce: 1, nowMs: w.nowMs() }
    const [dead] = await batches.claim(id, { ...ask, holder: 'dead', leaseMs: 300 })
    expect(await batches.claim(id, { ...ask, holder: 'b', leaseMs: 300 })).toEqual([])
    const runner = w.runner('b')
    await beatUntil(w, runner, id, 'completed')
    const late = { response: null, error: { code: 'late', message: 'late' } }
    expect(await batches.settle(dead!, 'failed', late)).toBe(false)
    expect(worlds.server.asked).toHaveLength(1)
  })

  it('try again what may work later, and no more than eight times', async () => {
    const w = world('trying')
    const first = (times: number) => (times === 1 ? 429 : undefined)
    const always = new Map([
      ['1', 500],
      ['2', 422],
    ])
    worlds.server.state.refuse = (content, times) =>
      content === '0' ? first(times) : always.get(content)
    const id = await w.handIn(lines(3))
    const runner = w.runner('a')
    const batch = await until(async () => {
      await runner.beat()
      w.clock.hours += 0.05
      const found = await w.desk.batch(id)
      return found?.status === 'completed' && found
    }, 'the end')
    expect(batch.counts).toEqual({ total: 3, completed: 1, failed: 2 })
    const errors = (await w.textOf(batch.errorFile))
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text))
    expect(errors[0]).toMatchObject({
      custom_id: 'r1',
      response: null,
      error: { code: 'upstream_unavailable' },
    })
    expect(errors[1]).toMatchObject({
      custom_id: 'r2',
      error: null,
      response: { status_code: 422 },
    })
    expect(
      worlds.server.asked.filter(({ body }) => body.messages[0]!.content === '1'),
    ).toHaveLength(8)
  })

  it('end at their deadline with what was done', async () => {
    const w = world('late')
    const id = await w.handIn(lines(3), '1h')
    worlds.server.state.refuse = (content) => (content === '2' ? 503 : undefined)
    const runner = w.runner('a')
    await until(async () => {
      await runner.beat()
      return (await w.desk.batch(id))?.counts.completed === 2
    }, 'two')
    w.clock.hours = 1
    const batch = await beatUntil(w, runner, id, 'expired')
    expect(batch.counts).toEqual({ total: 3, completed: 2, failed: 1 })
    expect(await w.textOf(batch.errorFile)).toContain('batch_expired')
    expect((await w.jobs.get(id))!.state).toBe('cancelled')
  })

  it('fail before anything ran where they cannot be promised, and wait for a model to be fitted', async () => {
    const w = world('infeasible')
    w.answers.infeasible = true
    w.answers.unfitted = true
    const id = await w.handIn(lines(1))
    const runner = w.runner('a')
    await runner.beat()
    await runner.beat()
    expect((await w.desk.batch(id))!.status).toBe('validating')
    w.answers.unfitted = false
    const batch = await beatUntil(w, runner, id, 'failed')
    expect(batch.errors).toEqual([
      { code: 'completion_window_infeasible', message: 'Not by then: it takes longer.' },
    ])
    const empty = await beatUntil(w, runner, await w.handIn([' ']), 'failed')
    expect(empty.errors).toMatchObject([{ code: 'empty_file' }])
    const unknown = await w.handIn([line(1).replace('llama', 'other')])
    expect((await beatUntil(w, runner, unknown, 'failed')).errors).toMatchObject([
      { code: 'model_not_found', line: 1, param: 'body.model' },
    ])
  })

  it('find a request that lies in two parts of its file, and one that is too long', async () => {
    const w = world('parts')
    const long = 'x'.repeat(300_000)
    const id = await w.handIn([line(0, `a${long}`), line(1, `b${long}`)])
    const runner = w.runner('a')
    await beatUntil(w, runner, id, 'completed')
    const words = worlds.server.asked.map(({ body }) => body.messages[0]!.content)
    expect(words.toSorted()).toEqual([`a${long}`, `b${long}`])
    const endless = await w.handIn([line(0, 'x'.repeat(5 * 1024 * 1024)), line(1)])
    expect((await beatUntil(w, runner, endless, 'failed')).errors).toMatchObject([
      { code: 'line_too_long', line: 1 },
    ])
  })

  it("of one tenant are nobody else's", async () => {
    const [mine, other] = [world('mine'), world('other')]
    const id = await mine.handIn(lines(1))
    const [file] = await mine.desk.listFiles({ limit: 9 })
    expect(await other.desk.batch(id)).toBeUndefined()
    expect(await other.desk.cancelBatch(id)).toBeUndefined()
    expect(await other.desk.file(file!.id)).toBeUndefined()
    expect(await other.desk.removeFile(file!.id)).toBe(false)
    expect(await other.desk.listBatches({ limit: 9 })).toEqual([])
    expect(await other.textOf(file!.id)).toBe('')
    const ask = {
      inputFile: file!.id,
      endpoint: '/v1/chat/completions',
      completionWindow: '24h',
    } as const
    await expect(other.desk.createBatch(ask)).rejects.toThrow(/there is no file/)
  })

  it('keep nothing of a file that broke off, and forget files in time', async () => {
    const w = world('broken')
    async function* broken() {
      yield Buffer.from('x')
      throw new Error('broke off')
    }
    await expect(w.desk.upload('x', broken(), Promise.resolve(undefined))).rejects.toThrow(
      /broke off/,
    )
    await w.desk.upload('x', chunksOf(Buffer.from('y'), 1), Promise.resolve(1000))
    expect(await w.desk.listFiles({ limit: 9, order: 'asc' })).toHaveLength(1)
    expect(await w.stores.files.totalBytes()).toBe(1)
    expect(await w.stores.files.forget(w.nowMs() + 2000)).toBe(1)
    expect(await w.desk.listFiles({ limit: 9 })).toEqual([])
  })
})
