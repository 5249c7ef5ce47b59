import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import openapiTypes, { astToString } from 'openapi-typescript'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildApp } from '../../services/api/app.ts'
import { apiReference, type OpenApi } from './api-reference.ts'
import { aPlan, memoryPorts } from './memory-ports.ts'
import { type OpenapiDocument, operationsOf } from './openapi-document.ts'

let app: FastifyInstance
let document: OpenapiDocument

beforeAll(async () => {
  const ports = memoryPorts()
  ports.tenants.get('default')!.stored.push(aPlan(1))
  app = await buildApp(ports, {
    version: '1',
    security: { mode: 'open', tenant: 'default' },
  })
  document = (await app.inject('/openapi.json')).json()
})
afterAll(() => app.close())

const operations = () => operationsOf(document)

// Where this fails on purpose: npx vitest run test/api/openapi.test.ts -u
it('is committed as the routes make it', async () => {
  const text = `${JSON.stringify(document, undefined, 2)}\n`
  await expect(text).toMatchFileSnapshot(
    join(import.meta.dirname, '../../services/api/openapi.json'),
  )
})

it('is what the types of the client are made of', async () => {
  const types = astToString(await openapiTypes(structuredClone(document) as never))
  const head = '/* Made of services/api/openapi.json; see test/api/openapi.test.ts. */\n'
  await expect(head + types).toMatchFileSnapshot(
    join(import.meta.dirname, '../../services/client/openapi.ts'),
  )
})

it('is what the reference page is made of', async () => {
  const page = join(import.meta.dirname, '../../docs/api-reference.md')
  await expect(apiReference(document as unknown as OpenApi)).toMatchFileSnapshot(page)
})

it('declares the headers that hooks and routes read and set', async () => {
  const { paths } = document as unknown as {
    paths: Record<string, Record<string, { parameters?: { name: string }[]; responses: Answers }>>
  }
  type Answers = Record<string, { headers?: object }>
  const named = (path: string, method: string, status: string) =>
    Object.keys(paths[path]![method]!.responses[status]!.headers ?? {})
  for (const [path, methods] of Object.entries(paths)) {
    const keys = methods.post?.parameters?.filter(({ name }) => name === 'Idempotency-Key') ?? []
    expect(keys, path).toHaveLength(methods.post ? 1 : 0)
  }
  for (const path of ['/v1/policy', '/v1/plans/current', '/v1/stop', '/v1/models/{id}']) {
    const { headers } = await app.inject(path.replace('{id}', 'llama-70b'))
    expect(headers, path).toHaveProperty('etag')
    expect(named(path, 'get', '200'), path).toEqual(['ETag', 'RateLimit', 'RateLimit-Policy'])
  }
  expect(named('/v1/plans:simulate', 'post', '200')).toContain('Idempotent-Replayed')
  expect(named('/v1/plans:simulate', 'post', '503')).toContain('Retry-After')
  expect(named('/healthz', 'get', '200')).toEqual([])
  const tagged = operations().filter(({ method, path }) =>
    Object.entries(paths[path]![method.toLowerCase()]!.responses).some(
      ([status]) => status === '200' && named(path, method.toLowerCase(), status).includes('ETag'),
    ),
  )
  expect(tagged).toHaveLength(14)
})

it('is OpenAPI 3.1 in which every operation has a name, a tag, words and its refusals', () => {
  expect(document.openapi).toBe('3.1.0')
  const names = operations().map(({ operationId }) => operationId)
  expect(new Set(names).size).toBe(names.length)
  for (const operation of operations()) {
    const { path } = operation
    expect(operation.operationId, path).toMatch(/^[a-z][A-Za-z]+$/)
    expect(operation.tags, path).toHaveLength(1)
    expect(operation.summary, path).toBeTruthy()
    expect(Object.keys(operation.responses), path).toContain('500')
    if (path.startsWith('/v1/')) {
      expect(Object.keys(operation.responses), path).toEqual(
        expect.arrayContaining(['401', '403', '429']),
      )
    }
  }
})

it('leaves no reference unresolved', () => {
  const references = JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)
  for (const [, path] of references) {
    const found = path!
      .split('/')
      .reduce<unknown>((node, key) => (node as Record<string, unknown>)?.[key], document)
    expect(found, path).toBeDefined()
  }
})
