import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildApp } from '../../services/api/index.ts'
import { memoryPorts, NOW_MS } from './memory-ports.ts'

let app: FastifyInstance
beforeAll(async () => {
  const security = { mode: 'open', tenant: 'default' } as const
  app = await buildApp(memoryPorts(), { security, version: '1', nowMs: () => NOW_MS })
})
afterAll(() => app.close())
const ids = async (query: string): Promise<readonly number[]> => {
  const answer = await app.inject(`/v1/actions?${query}`)
  expect(answer.statusCode, answer.body).toBe(200)
  const { items } = answer.json()
  return items.map(({ id }: { id: number }) => id)
}

it('lists what was told, newest first, by target, plan and time', async () => {
  expect(await ids('')).toEqual([3, 2, 1])
  expect(await ids('target=eu-west%2Fllama-70b%2FH100')).toEqual([2])
  expect(await ids('plan=3')).toEqual([3])
  const at = (ms: number) => encodeURIComponent(new Date(ms).toISOString())
  expect(await ids(`from=${at(NOW_MS + 2)}&to=${at(NOW_MS + 3)}`)).toEqual([2])
  const first = (await app.inject('/v1/actions?limit=2')).json()
  expect(await ids(`limit=2&cursor=${first.next}`)).toEqual([1])
})

it('exports everything, one action a line', async () => {
  const answer = await app.inject('/v1/actions?format=ndjson')
  expect(answer.headers['content-type']).toContain('application/x-ndjson')
  const lines = answer.body.trim().split('\n')
  expect(lines.map((line) => JSON.parse(line).id)).toEqual([3, 2, 1])
  expect(JSON.parse(lines[0]!)).toMatchObject({ actor: 'worker-1', reason: 'the plan' })
  expect((await app.inject('/v1/actions?from=yesterday')).statusCode).toBe(400)
})

it('is thrown by whoever has seen what it says, and by whoever does not ask', async () => {
  const put = (tag: string) =>
    app.inject({
      method: 'PUT',
      url: '/v1/stop',
      payload: { why: 'a test' },
      headers: { 'if-match': tag },
    })
  const tag = String((await app.inject('/v1/stop')).headers.etag)
  const stopped = await put(tag)
  expect(stopped.statusCode).toBe(200)
  expect((await put(tag)).statusCode).toBe(412)
  const off = (headers: Record<string, string>) =>
    app.inject({ method: 'DELETE', url: '/v1/stop', headers })
  expect((await off({ 'if-match': tag })).statusCode).toBe(412)
  expect((await off({ 'if-match': String(stopped.headers.etag) })).json().stopped).toBe(false)
})

it('stops, says so, and goes on', async () => {
  const why = { why: 'high bills' }
  const stopped = await app.inject({ method: 'PUT', url: '/v1/stop', payload: why })
  expect(stopped.json()).toEqual({ stopped: true, everywhere: true, ...why })
  expect((await app.inject('/v1/stop')).json()).toEqual({ stopped: true, ...why })
  await app.inject({ method: 'DELETE', url: '/v1/stop' })
  expect((await app.inject('/v1/stop')).json()).toEqual({ stopped: false })
  const nothing = await app.inject({ method: 'PUT', url: '/v1/stop', payload: { why: '' } })
  expect(nothing.statusCode).toBe(400)
})
