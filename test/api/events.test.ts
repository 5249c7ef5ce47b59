import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { buildApp } from '../../services/api/app.ts'
import { EventHub } from '../../services/api/events/event-hub.ts'
import { frame } from '../../services/api/events/frame.ts'
import type { ApiEvent, EventReader } from '../../services/api/ports.ts'
import { type MemoryPorts, type MemoryTenant, memoryPorts, NOW_MS } from './memory-ports.ts'

const anEvent = (id: number): ApiEvent => ({
  id,
  type: 'plan.changed',
  atMs: NOW_MS,
  data: { version: id },
})

describe('the event hub', () => {
  const log: ApiEvent[] = []
  let reads = 0
  const reader: Omit<EventReader, 'history'> = {
    latest: async () => log.at(-1)?.id ?? 0,
    has: async (id) => log.some((event) => event.id === id),
    since: async (id, limit) => {
      reads++
      return log.filter((event) => event.id > id).slice(0, limit)
    },
  }
  const options = { nowMs: () => NOW_MS, onError: vi.fn(), everyMs: 20 }
  const clients: { close(): void }[] = []
  const aClient = () => {
    const told: string[] = []
    const gone = new AbortController()
    const client = {
      told,
      ids: () =>
        told
          .flatMap((text) => [...text.matchAll(/^data: {"id":(\d+)/gm)])
          .map(([, id]) => Number(id)),
      gone: gone.signal,
      write: vi.fn((text: string) => told.push(text) > 0),
      keepsUp: vi.fn(async () => !gone.signal.aborted),
      close: vi.fn(() => gone.abort()),
    }
    clients.push(client)
    return client
  }
  let hub: EventHub
  beforeEach(() => {
    log.length = 0
    reads = 0
    vi.clearAllMocks()
    hub = new EventHub(reader, options)
  })
  afterEach(() => {
    for (const client of clients.splice(0)) client.close()
  })
  const say = async (...ids: number[]) => {
    log.push(...ids.map(anEvent))
    await sleep(3 * options.everyMs)
  }

  it('tells what is new, in order, to everybody, reading once', async () => {
    await say(1)
    const clients = [aClient(), aClient(), aClient()]
    for (const client of clients) await hub.follow(client, undefined)
    const since = vi.spyOn(reader, 'since')
    await say(2, 3)
    for (const client of clients) {
      expect(client.ids()).toEqual([2, 3])
      expect(client.told).toHaveLength(2) // where it begins, and both in one go
    }
    const answers = await Promise.all(since.mock.results.map(({ value }) => value))
    since.mockRestore()
    expect(answers.filter(({ length }) => length > 0)).toHaveLength(1)
  })

  it('resumes after the last id seen, with gaps and more than one batch', async () => {
    log.push(...Array.from({ length: 1200 }, (_, index) => anEvent(index * 3 + 1)))
    const client = aClient()
    await hub.follow(client, 100)
    expect(client.ids()).toEqual(log.map(({ id }) => id).filter((id) => id > 100))
  })

  it('neither loses nor repeats what happens while the past is being told', async () => {
    await say(1, 2, 3)
    const other = aClient()
    await hub.follow(other, undefined)
    const { since } = reader
    let first = true
    Object.assign(reader, {
      since: async (id: number, limit: number) => {
        const events = await since(id, limit)
        if (first) {
          first = false
          await say(4, 5)
        }
        return events
      },
    })
    const client = aClient()
    await hub.follow(client, 0)
    Object.assign(reader, { since })
    await say(6)
    expect(client.ids()).toEqual([1, 2, 3, 4, 5, 6])
    expect(other.ids()).toEqual([4, 5, 6])
  })

  it('says where a client begins, so that one that hears nothing else can resume there', async () => {
    await say(1, 2)
    const client = aClient()
    await hub.follow(client, undefined)
    expect(client.told).toEqual(['id: 2\n\n'])
    const resumed = aClient()
    await hub.follow(resumed, 1)
    expect(resumed.told).toEqual(['id: 1\n\n', frame(anEvent(2))])
  })

  it('tells of a gap where what was seen last is kept no more, and goes on from there', async () => {
    log.push(anEvent(7), anEvent(8))
    const client = aClient()
    await hub.follow(client, 3)
    const gap = { id: 3, type: 'gap', atMs: NOW_MS, data: { afterId: 3 } }
    expect(client.told).toEqual([frame(gap), [7, 8].map(anEvent).map(frame).join('')])
    const fromTheBeginning = aClient()
    await hub.follow(fromTheBeginning, 0)
    expect(fromTheBeginning.ids()).toEqual([7, 8])
  })

  it('tells of a gap where the number is of a log that is no more, and goes on from now', async () => {
    await say(1)
    const client = aClient()
    await hub.follow(client, 5000)
    await say(2)
    expect(client.told[0]).toMatch(/^id: 1\nevent: gap\n/)
    expect(client.ids()).toEqual([1, 2])
  })

  it('repeats nothing that was seen elsewhere before the hub has read it', async () => {
    await say(1)
    const other = aClient()
    await hub.follow(other, undefined)
    log.push(anEvent(2), anEvent(3))
    const client = aClient()
    await hub.follow(client, 3)
    await say(4)
    expect(client.ids()).toEqual([4])
    expect(other.ids()).toEqual([2, 3, 4])
  })

  it('keeps from nobody what happens just before another one comes', async () => {
    const first = aClient()
    await hub.follow(first, undefined)
    log.push(anEvent(1))
    await hub.follow(aClient(), undefined)
    await say(2)
    expect(first.ids()).toEqual([1, 2])
  })

  it('lets a client that is full go on at its own pace, and waits with no other', async () => {
    const slow = aClient()
    const fast = aClient()
    await hub.follow(slow, undefined)
    await hub.follow(fast, undefined)
    let goOn: (keepsUp: boolean) => void = () => {}
    slow.write.mockImplementation((text) => slow.told.push(text) < 2) // full after the first event
    slow.keepsUp.mockImplementation(() => new Promise((resolve) => (goOn = resolve)))
    await say(1)
    await say(2, 3)
    expect(slow.ids()).toEqual([1])
    expect(fast.ids()).toEqual([1, 2, 3])
    slow.keepsUp.mockResolvedValue(true)
    slow.write.mockImplementation((text) => slow.told.push(text) > 0)
    goOn(true)
    await say(4)
    expect(slow.ids()).toEqual([1, 2, 3, 4])
  })

  it('tells a client no more that does not keep up', async () => {
    const slow = aClient()
    const fast = aClient()
    await hub.follow(slow, undefined)
    await hub.follow(fast, undefined)
    slow.write.mockReturnValue(false)
    slow.keepsUp.mockImplementation(async () => {
      slow.close()
      return false
    })
    slow.write.mockClear()
    await say(1)
    await say(2)
    expect(slow.write).toHaveBeenCalledOnce()
    expect(fast.ids()).toEqual([1, 2])
  })

  it('goes on after the log could not be read', async () => {
    const client = aClient()
    await hub.follow(client, undefined)
    const { since } = reader
    Object.assign(reader, { since: () => Promise.reject(new Error('away')) })
    await say(1)
    expect(options.onError).toHaveBeenCalled()
    Object.assign(reader, { since })
    await say(2)
    expect(client.ids()).toEqual([1, 2])
  })

  it('does not read while nobody listens', async () => {
    vi.useFakeTimers()
    const client = aClient()
    await hub.follow(client, undefined)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(reads).toBeGreaterThan(50)
    expect(client.told).toContain(': still here\n\n')
    client.close()
    reads = 0
    await vi.advanceTimersByTimeAsync(30_000)
    expect(reads).toBe(0)
    vi.useRealTimers()
  })

  it('keeps hostile text on its line', () => {
    const text = frame({ ...anEvent(1), data: { name: 'a\n\nevent: forged\r\n' } })
    expect(text.split('\n')).toHaveLength(5)
  })
})

describe('GET /v1/events', () => {
  let ports: MemoryPorts
  let tenant: MemoryTenant
  let app: FastifyInstance
  let url: string
  beforeEach(async () => {
    ports = memoryPorts()
    tenant = ports.tenants.get('default')!
    app = await buildApp(ports, {
      version: '1',
      security: { mode: 'open', tenant: 'default' },
      limits: { eventStreams: 1 },
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/v1/events`
  })
  afterEach(() => app.close())

  it('streams, resumes, and ends when the service does', async () => {
    tenant.log.push(anEvent(1), anEvent(2))
    const answer = await fetch(url, { headers: { 'last-event-id': '1' } })
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    const decoder = new TextDecoder()
    let text = ''
    const reading = (async () => {
      for await (const chunk of answer.body!) text += decoder.decode(chunk as Uint8Array)
    })()
    await expect.poll(() => text).toContain('id: 2')
    expect(text).not.toContain('"version":1')
    tenant.log.push(anEvent(3))
    await expect.poll(() => text).toContain('"version":3')
    expect((await app.inject('/metrics')).body).toContain('gridtide_event_stream_clients 1')
    await app.close()
    await reading
  })

  it('refuses more streams than it can feed, and counts those that left', async () => {
    const abort = new AbortController()
    await fetch(url, { signal: abort.signal })
    const second = await fetch(url)
    expect(second.status).toBe(503)
    expect(second.headers.get('retry-after')).toBe('30')
    abort.abort()
    await expect
      .poll(async () => (await app.inject('/metrics')).body)
      .toContain('gridtide_event_stream_clients 0')
    const third = new AbortController()
    expect((await fetch(url, { signal: third.signal })).status).toBe(200)
    third.abort()
  })

  it('refuses a last id that is no number', async () => {
    const answer = await fetch(url, { headers: { 'last-event-id': 'x' } })
    expect(answer.status).toBe(400)
    expect(((await answer.json()) as { code: string }).code).toBe('INVALID_INPUT')
  })
})
