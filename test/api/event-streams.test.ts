import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { apiKeys } from '../../services/api/access/api-keys.ts'
import type { Caller } from '../../services/api/access/caller.ts'
import { buildApp } from '../../services/api/app.ts'
import type { ApiEvent } from '../../services/api/ports.ts'
import { createKey } from '../../services/keys/index.ts'
import { type MemoryPorts, type MemoryTenant, memoryPorts } from './memory-ports.ts'

const MOST = 3
const STREAMS = ['/v1/events', '/v1/grid/SE/stream']

let ports: MemoryPorts
let tenant: MemoryTenant
let app: FastifyInstance
let port: number
let key: { readonly text: string; readonly prefix: string }
const sockets: Socket[] = []
const tokens = vi.fn<(credential: string) => Promise<Caller | undefined>>(async () => undefined)

beforeEach(async () => {
  ports = memoryPorts()
  tenant = ports.tenants.get('default')!
  const scopes = ['read'] as const
  const made = await createKey(ports.keys, { tenant: 'default', label: 'c', scopes }, Date.now())
  key = { text: made.text, prefix: made.key.prefix }
  app = await buildApp(ports, {
    version: '1',
    security: {
      mode: 'closed',
      authenticators: [
        apiKeys(ports.keys, { nowMs: Date.now }),
        { isCheap: () => true, authenticate: tokens },
      ],
    },
    limits: { eventStreams: MOST },
  })
  port = Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port)
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await app.close()
})

/** The machine may be at other things. */
const soon = <Value>(look: () => Value | Promise<Value>) => vi.waitFor(look, 60_000)

/** A stream on a real socket; what came so far is in `text`. */
function open(path = '/v1/events', more = '') {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  const stream = { socket, text: '', ended: false }
  socket.on('error', () => undefined)
  socket.setEncoding('utf8').on('data', (chunk) => {
    stream.text += chunk
  })
  socket.on('close', () => {
    stream.ended = true
  })
  const head = `Host: localhost\r\nAuthorization: Bearer ${key.text}\r\n${more}`
  socket.write(`GET ${path} HTTP/1.1\r\n${head}\r\n`)
  return stream
}
const opened = async (path?: string, more?: string) => {
  const stream = open(path, more)
  await soon(() => expect(stream.text).toMatch(/\n\r?\n./))
  return stream
}
const idsOf = ({ text }: { readonly text: string }) =>
  [...text.matchAll(/^event: plan.changed\ndata: {"id":(\d+)/gm)].map(([, id]) => Number(id))
const metric = async (name: string) =>
  Number(
    new RegExp(`^gridtide_event_stream_${name} (.*)$`, 'm').exec(
      await ports.metrics.metrics(),
    )?.[1],
  )
const connections = () => promisify(app.server.getConnections.bind(app.server))()
const say = (from: number, to: number, data: unknown = 'x'.repeat(250)) => {
  const anEvent = (id: number): ApiEvent => ({ id, type: 'plan.changed', atMs: id, data })
  for (let id = from; id <= to; id++) tenant.log.push(anEvent(id))
}
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)
/** Holds an answer back until it is let go. */
function held<Args extends unknown[], Value>(answer: (...args: Args) => Promise<Value>) {
  let release = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const slow = vi.fn(async (...args: Args) => {
    await gate
    return answer(...args)
  })
  return { slow, release }
}

it('forgets a client that leaves while the log is looked at', async () => {
  const { slow, release } = held(tenant.events.latest)
  Object.assign(tenant.events, { latest: slow })
  const { socket } = open()
  await soon(() => expect(slow).toHaveBeenCalled())
  const since = vi.spyOn(tenant.events, 'since')
  socket.destroy()
  await soon(async () => expect(await connections()).toBe(0))
  release()
  await pause(50)
  expect(await metric('clients')).toBe(0)
  since.mockClear()
  await pause(600)
  expect(since).not.toHaveBeenCalled()
  for (let left = MOST; left > 0; left--) await opened()
})

it.each(STREAMS)('forgets a client that leaves while its key is looked at: %s', async (path) => {
  const { slow, release } = held(ports.keys.find)
  Object.assign(ports.keys, { find: slow })
  const { socket } = open(path)
  await soon(() => expect(slow).toHaveBeenCalled())
  socket.destroy()
  await soon(async () => expect(await connections()).toBe(0))
  release()
  await pause(500) // scrypt takes its time
  expect(await metric('clients')).toBe(0)
})

it('lets no burst pass the most streams', async () => {
  const { slow, release } = held(tenant.events.latest)
  Object.assign(tenant.events, { latest: slow })
  const streams = Array.from({ length: MOST + 2 }, () => open())
  await soon(() => expect(slow).toHaveBeenCalled())
  await pause(50)
  release()
  await soon(() => {
    expect(streams.filter(({ text }) => text.includes(' 200 '))).toHaveLength(MOST)
    expect(streams.filter(({ text }) => text.includes(' 503 '))).toHaveLength(2)
  })
})

it('counts the streams of the grid with those of events', async () => {
  for (let left = MOST; left > 1; left--) await opened(STREAMS[1])
  await opened()
  expect(await metric('clients')).toBe(MOST)
  for (const path of STREAMS) {
    const refused = await opened(path)
    expect(refused.text).toMatch(/^HTTP\/1.1 503 .*retry-after: 30/s)
    refused.socket.destroy()
  }
})

it('tells 5,000 events at once, and as many of the past, whole and in order', async () => {
  const live = await opened()
  say(1, 5000)
  await soon(() => expect(idsOf(live)).toHaveLength(5000))
  expect(idsOf(live)).toEqual(range(1, 5000))
  const resumed = open('/v1/events', 'Last-Event-ID: 3\r\n')
  await soon(() => expect(idsOf(resumed)).toHaveLength(4997))
  say(5001, 5001)
  await soon(() => expect(idsOf(resumed)).toEqual(range(4, 5001)))
  expect(await metric('cut_total')).toBe(0)
})

it('cuts a client that does not read, lets go of its socket, and delays nobody', async () => {
  const accepted = once(app.server, 'connection')
  const stalled = await opened()
  stalled.socket.pause()
  const [ours] = (await accepted) as [Socket]
  const reading = await opened()
  expect(await connections()).toBe(2)
  /** Told while the other was full, and not cut yet: who waits for that one is told one at most. */
  let toldMeanwhile = 0
  for (let id = 1; id <= 40; id++) {
    const isFull = ours.writableLength > 256 * 1024
    say(id, id, 'x'.repeat(256 * 1024))
    await soon(() => expect(idsOf(reading)).toHaveLength(id))
    if (isFull && (await metric('cut_total')) === 0) toldMeanwhile++
  }
  expect(toldMeanwhile).toBeGreaterThan(1)
  await soon(async () => expect(await metric('cut_total')).toBe(1))
  await soon(async () => expect(await connections()).toBe(1))
  await soon(async () => expect(await metric('clients')).toBe(1))
  expect(reading.ended).toBe(false)
})

it.each(STREAMS)('ends soon after its key does: %s', async (path) => {
  const stream = await opened(path)
  await pause(1_500)
  expect(stream.ended).toBe(false)
  await ports.keys.revoke('default', key.prefix, Date.now())
  await soon(() => expect(stream.text).toMatch(/\r\n0\r\n\r\n$/)) // whole, not torn
  await soon(async () => expect(await metric('clients')).toBe(0))
  // How long it was open is nobody's time to answer.
  expect(await ports.metrics.metrics()).not.toMatch(/operation="(streamEvents|gridStream)"/)
})

it('ends soon after its token does, without looking at that again', async () => {
  const untilMs = Date.now() + 2_500
  tokens.mockClear()
  tokens.mockResolvedValueOnce({ subject: 'jwt:a', tenant: 'default', scopes: ['read'], untilMs })
  key = { ...key, text: 'a.b.c' }
  const stream = await opened()
  await soon(() => expect(stream.text).toMatch(/\r\n0\r\n\r\n$/))
  expect(Date.now()).toBeGreaterThanOrEqual(untilMs)
  expect(tokens).toHaveBeenCalledOnce()
})

it('takes nobody for a guesser whose streams ended', async () => {
  const streams = await Promise.all(Array.from({ length: MOST }, () => opened()))
  await ports.keys.revoke('default', key.prefix, Date.now())
  for (const stream of streams) await soon(() => expect(stream.text).toMatch(/\n0\r\n/))
  for (let guess = 30; guess > 0; guess--) {
    const refused = await opened()
    expect(refused.text).toMatch(/^HTTP\/1.1 401/)
    refused.socket.destroy()
  }
})

it.each(STREAMS)('outlives a store of keys that is away: %s', async (path) => {
  const stream = await opened(path)
  const find = vi.spyOn(ports.keys, 'find').mockRejectedValue(new Error('away'))
  await soon(() => expect(find.mock.calls.length).toBeGreaterThan(1))
  expect(stream.ended).toBe(false)
})
