import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildApp } from '../../services/api/index.ts'
import { memoryPorts } from '../api/memory-ports.ts'

let folder: string
let app: FastifyInstance

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gridtide-page-'))
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Gridtide</title>')
  writeFileSync(join(folder, 'assets/index-abc.js'), 'let page')
  writeFileSync(join(folder, 'assets/index-abc.js.br'), 'compressed')
  app = await buildApp(memoryPorts(), {
    version: '1',
    security: { mode: 'closed', authenticators: [] },
    pageFolder: folder,
  })
})
afterAll(async () => {
  await app.close()
  rmSync(folder, { recursive: true })
})

it('is served to everybody, under a policy that allows nothing from elsewhere and nothing inline', async () => {
  const page = await app.inject('/')
  expect(page.statusCode).toBe(200)
  expect(page.headers['content-type']).toMatch('text/html')
  expect(page.headers['cache-control']).toBe('no-cache')
  const policy = String(page.headers['content-security-policy'])
  expect(policy).toBe(
    "default-src 'self';base-uri 'none';frame-ancestors 'none';form-action 'self';img-src 'self' data:;object-src 'none'",
  )
  expect(page.headers).toMatchObject({
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  })
  expect(page.headers).not.toHaveProperty('strict-transport-security')
})

it('hands out files compressed, for good, and only those of its folder', async () => {
  const headers = { 'accept-encoding': 'br' }
  const script = await app.inject({ url: '/assets/index-abc.js', headers })
  expect(script.headers).toMatchObject({ 'content-encoding': 'br' })
  expect(script.headers['cache-control']).toMatch('immutable')
  expect(script.body).toBe('compressed')
  for (const url of ['/assets/../index.html', '/assets/%2e%2e/index.html', '/assets/none.js']) {
    expect((await app.inject(url)).statusCode, url).toBeGreaterThanOrEqual(400)
  }
})

it('is no operation of the API', async () => {
  const { paths } = (await app.inject('/openapi.json')).json()
  expect(Object.keys(paths).filter((path) => path === '/' || path.startsWith('/assets'))).toEqual(
    [],
  )
})

it('is nowhere where it was not built', async () => {
  const bare = await buildApp(memoryPorts(), {
    version: '1',
    security: { mode: 'open', tenant: 'default' },
  })
  expect((await bare.inject('/')).statusCode).toBe(404)
  await bare.close()
})

it('is the only page that a service without keys answers, whatever another makes a browser ask', async () => {
  const local = await buildApp(memoryPorts(), {
    version: '1',
    security: { mode: 'open', tenant: 'default' },
  })
  const post = (headers: Record<string, string>) =>
    local.inject({
      method: 'POST',
      url: '/v1/plans:simulate',
      headers: { host: 'localhost:8080', ...headers },
      payload: {},
    })
  expect((await post({})).statusCode).toBe(200)
  expect((await post({ origin: 'http://localhost:8080' })).statusCode).toBe(200)
  for (const origin of ['https://evil.example', 'http://localhost:9999', 'null']) {
    expect((await post({ origin })).statusCode, origin).toBe(403)
  }
  await local.close()
})
