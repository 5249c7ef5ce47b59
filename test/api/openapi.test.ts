import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildApp } from '../../services/api/app.ts'
import { memoryPorts } from './memory-ports.ts'

interface Operation {
  readonly operationId?: string
  readonly tags?: readonly string[]
  readonly summary?: string
  readonly responses: Readonly<Record<string, unknown>>
}
interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

let app: FastifyInstance
let document: Document

beforeAll(async () => {
  app = await buildApp(memoryPorts(), {
    version: '1',
    security: { mode: 'open', tenant: 'default' },
  })
  document = (await app.inject('/openapi.json')).json()
})
afterAll(() => app.close())

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )

// Where this fails on purpose: npx vitest run test/api/openapi.test.ts -u
it('is committed as the routes make it', async () => {
  const text = `${JSON.stringify(document, undefined, 2)}\n`
  await expect(text).toMatchFileSnapshot(
    join(import.meta.dirname, '../../services/api/openapi.json'),
  )
})

it('is OpenAPI 3.1 in which every operation has a name, a tag, words and its refusals', () => {
  expect(document.openapi).toBe('3.1.0')
  const names = operations().map(({ operation }) => operation.operationId)
  expect(new Set(names).size).toBe(names.length)
  for (const { path, operation } of operations()) {
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
