import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildApp } from '../../services/api/app.ts'
import { memoryPorts } from './memory-ports.ts'

const REQUEST_MS = 400

let app: FastifyInstance
let port = 0
beforeAll(async () => {
  app = await buildApp(memoryPorts(), {
    version: '1',
    security: { mode: 'open', tenant: 'default' },
    limits: { requestMs: REQUEST_MS },
  })
  port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
})
afterAll(() => app.close())

/** What a server says to bytes that come one after the other, until it closes the connection. */
function say(parts: readonly (string | Buffer)[], pauseMs = 0): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  return new Promise((resolve) => {
    let said = ''
    let open = true
    socket.on('data', (chunk) => {
      said += chunk
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      open = false
      resolve(said)
    })
    const talk = async () => {
      for (const part of parts) {
        if (open) socket.write(part)
        await pause(pauseMs)
      }
    }
    void talk()
  })
}

const HEAD = 'Host: 127.0.0.1\r\nConnection: close\r\n'
const PUT = `PUT /v1/policy HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\n`

it.each([
  ['its head', ['GET /healthz HTTP/1.1\r\n', ...Array(200).fill('x: y\r\n')]],
  ['its body', [`${PUT}Content-Length: 1000\r\n\r\n`, ...Array(200).fill(' ')]],
])('closes a connection that sends %s by drops', async (_what, parts) => {
  expect(await say(parts, REQUEST_MS / 20)).toMatch(/^HTTP\/1\.1 408|^$/)
})

it('unpacks nothing: a small body cannot become a large one', async () => {
  const bomb = gzipSync(Buffer.alloc(1_000_000, ' '))
  const head = `${PUT}If-Match: "r1"\r\nContent-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`
  expect(await say([head, bomb])).toMatch(/^HTTP\/1\.1 400.*"code":"INVALID_INPUT"/s)
})

it.each(['TRACE', 'CONNECT', 'PROPFIND', 'NONSENSE'])('has nothing to do with %s', async (verb) => {
  const said = await say([`${verb} /v1/plans/current HTTP/1.1\r\nX-Secret: hush\r\n${HEAD}\r\n`])
  expect(said).toMatch(/^HTTP\/1\.1 40[0-9]|^$/)
  expect(said).not.toContain('hush')
})

it.each([
  ['two lengths', 'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
  ['a length and chunks', 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{}'],
])('takes no request with %s, which two readers read differently', async (_what, rest) => {
  expect(await say([`${PUT}${rest}`])).toMatch(/^HTTP\/1\.1 400/)
})

it('goes on for everybody else', async () => {
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
})
