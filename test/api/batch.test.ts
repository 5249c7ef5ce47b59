import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../services/api/app.ts'
import { memoryPorts, NOW_MS } from './memory-ports.ts'

const HOUR_MS = 3_600_000
const job = (id: string, more: object = {}) => ({
  id,
  gpuHours: 2,
  deadlineMs: NOW_MS + 24 * HOUR_MS,
  ...more,
})
const LINES = 'application/x-ndjson'

describe('batch jobs over HTTP', () => {
  let app: FastifyInstance
  beforeAll(async () => {
    const security = { mode: 'open', tenant: 'default' } as const
    app = await buildApp(memoryPorts(), { version: '1', security, nowMs: () => NOW_MS })
  })
  afterAll(() => app.close())

  let made = 0
  const post = (payload: unknown, type = 'application/json') =>
    app.inject({
      method: 'POST',
      url: '/v1/batch/jobs',
      headers: {
        'content-type': type,
        'idempotency-key': `key of ${typeof payload}`.replaceAll(' ', '-') + made++,
      },
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    })

  it('promises one, shows it, hears of it and cancels it', async () => {
    const answer = await post(job('one', { gpus: [2, 4] }))
    expect(answer.statusCode).toBe(200)
    const { planned, ...rest } = answer.json()
    expect(rest).toEqual({ id: 'one', status: 'feasible' })
    expect(planned.pieces[0].gpus).toBeGreaterThanOrEqual(2)
    expect((await post(job('one'))).json()).toEqual({ id: 'one', status: 'known' })

    const shown = (await app.inject({ url: '/v1/batch/jobs/one' })).json()
    expect(shown).toMatchObject({ id: 'one', state: 'waiting', work: 1, workLeft: 1 })
    const listed = (await app.inject({ url: '/v1/batch/jobs?limit=1' })).json()
    expect(listed.items).toEqual([shown])

    const put = { method: 'PUT', url: '/v1/batch/jobs/one/progress' } as const
    expect((await app.inject({ ...put, payload: { workLeft: 0.5 } })).statusCode).toBe(204)
    expect((await app.inject({ url: '/v1/batch/jobs/one' })).json().workLeft).toBe(0.5)
    const cancel = { method: 'DELETE', url: '/v1/batch/jobs/one' } as const
    expect((await app.inject(cancel)).statusCode).toBe(204)
    expect((await app.inject(cancel)).statusCode).toBe(404)
    expect((await app.inject({ ...put, payload: { workLeft: 0 } })).statusCode).toBe(404)
    expect((await app.inject({ url: '/v1/batch/jobs/two' })).statusCode).toBe(404)
  })

  it('says no with the earliest deadline it could promise', async () => {
    const answer = (await post(job('late', { gpuHours: 90 }))).json()
    expect(answer).toMatchObject({ status: 'infeasible', limit: 'deadline' })
    expect(answer.earliestDeadlineMs).toBeGreaterThan(NOW_MS + 24 * HOUR_MS)
  })

  it('says whether another deadline could be promised', async () => {
    await post(job('drag', { gpuHours: 6 }))
    const ask = (hours: number, id = 'drag') =>
      app.inject({
        method: 'POST',
        url: `/v1/batch/jobs/${id}/simulate`,
        payload: { deadlineMs: NOW_MS + hours * HOUR_MS },
      })
    const later = (await ask(48)).json()
    expect(later).toMatchObject({ id: 'drag', status: 'feasible' })
    expect(later.planned.pieces.length).toBeGreaterThan(0)
    expect((await ask(1)).json()).toMatchObject({ status: 'infeasible', limit: 'deadline' })
    expect((await ask(24, 'nobody')).statusCode).toBe(404)
    expect((await ask(24 * 90)).json().issues[0].path).toBe('/deadlineMs')
  })

  it('refuses with the place of the mistake', async () => {
    const wrongType = await post(job('x', { gpuHours: 'two' }))
    expect(wrongType.json().issues[0].path).toBe('/body/gpuHours')
    const wrongMeaning = await post(job('x', { regions: ['mars'] }))
    expect(wrongMeaning.statusCode).toBe(400)
    expect(wrongMeaning.json().issues[0].path).toBe('/body/regions/0')
  })

  it('answers lines as they come, good ones beside bad ones', async () => {
    const lines = [
      JSON.stringify(job('l1')),
      'nonsense',
      '',
      JSON.stringify({ id: 'l2' }),
      JSON.stringify(job('l3')),
    ]
    const answer = await post(lines.join('\n'), LINES)
    expect(answer.headers['content-type']).toContain(LINES)
    const answers = answer.body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(answers.map(({ status }) => status)).toEqual([
      'feasible',
      'refused',
      'refused',
      'feasible',
    ])
    expect(answers[1].words).toBe('line 2 is no JSON')
    expect(answers[2].issues).toContainEqual({ path: '/deadlineMs', message: 'is missing' })
    expect(answers[2]).toMatchObject({ id: 'l2', words: expect.stringMatching(/^line 4: /) })
  })
})
