import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import { expect, it } from 'vitest'
import { buildApp } from '../../services/api/app.ts'
import { closeGently } from '../../services/api/close-gently.ts'
import { until } from '../support/service-process.ts'
import { memoryPorts } from './memory-ports.ts'

/** Far longer than a test may take: whoever waits for it fails. */
const FOR_EVER_MS = 600_000

async function listening() {
  const security = { mode: 'open', tenant: 'default' } as const
  const app = await buildApp(memoryPorts(), { version: '1', security })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, port: Number(new URL(url).port) }
}

const atOnce = (app: FastifyInstance) => app.closeGently({ lingerMs: 0, answerMs: FOR_EVER_MS })

const ask = (socket: Socket, path: string) =>
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8')
  await once(socket, 'connect')
  return socket
}

/** Everything a server says until it closes the connection; rejects where it resets it. */
async function said(socket: Socket): Promise<string> {
  let words = ''
  for await (const chunk of socket) words += chunk
  return words
}

it('answers what came over a kept connection before it had read it', async () => {
  const { app, port } = await listening()
  const socket = await connected(port)
  ask(socket, '/healthz')
  await once(socket, 'data')

  ask(socket, '/healthz') // lies in the socket: this turn of the loop is ours
  const closed = atOnce(app)
  expect(await said(socket)).toMatch(/^HTTP\/1\.1 200 .*connection: close/is)
  await closed
})

it('waits for an answer that was begun, and not for its kept connection', async () => {
  const app = Fastify()
  closeGently(app)
  const begun: ServerResponse[] = []
  app.get('/slow', (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-length': 2 }).write('a')
    begun.push(reply.raw)
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const socket = await connected(Number(new URL(url).port))
  ask(socket, '/slow')
  await once(socket, 'data')
  const closed = atOnce(app)
  await until(() => !app.server.listening, 'the end to begin')
  begun[0]?.end('b')
  expect(await said(socket)).toMatch(/b$/)
  await closed
})

it('lets go of a connection that never asked for anything', async () => {
  const { app, port } = await listening()
  const socket = await connected(port)
  await atOnce(app)
  expect(await said(socket).catch(() => '')).toBe('')
})

it('says that it is not ready while it lingers, and still answers newcomers', async () => {
  const { app, port } = await listening()
  const url = `http://127.0.0.1:${port}`
  expect((await fetch(`${url}/readyz`)).status).toBe(200)

  const closed = app.closeGently({ lingerMs: 1_000 })
  const ready = await fetch(`${url}/readyz`)
  expect(ready.status).toBe(503)
  expect(await ready.json()).toMatchObject({
    checks: [{ name: 'process', ok: false, words: 'is about to end' }],
  })
  const newcomer = await fetch(`${url}/healthz`)
  expect([newcomer.status, newcomer.headers.get('connection')]).toEqual([200, 'close'])
  await closed
})
