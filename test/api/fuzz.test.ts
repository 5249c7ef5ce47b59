import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { apiKeys } from '../../services/api/access/api-keys.ts'
import { buildApp } from '../../services/api/app.ts'
import { createKey } from '../../services/keys/index.ts'
import { anInfeasiblePlan, aPlan, type MemoryPorts, memoryPorts, NOW_MS } from './memory-ports.ts'
import { operationsOf, resolved } from './openapi-document.ts'
import { anyRequest, type FuzzedRequest } from './request-arbitrary.ts'

/** 20 000 take a minute or two: `GRIDTIDE_FUZZ_REQUESTS=20000 npx vitest run test/api/fuzz.test.ts`. */
const REQUESTS = Number(process.env.GRIDTIDE_FUZZ_REQUESTS ?? 1500)
const SEED = Number(process.env.GRIDTIDE_FUZZ_SEED ?? 1)
/** Made together: all of many would not fit into memory. */
const AT_ONCE = 5_000

let ports: MemoryPorts
let app: FastifyInstance
const unhandled: unknown[] = []
const onUnhandled = (reason: unknown) => unhandled.push(reason)

beforeAll(async () => {
  process.on('unhandledRejection', onUnhandled)
  ports = memoryPorts()
  ports.tenants.get('default')!.stored.push(aPlan(1), aPlan(2, 5), anInfeasiblePlan(3))
  app = await buildApp(ports, {
    version: '1',
    nowMs: () => NOW_MS,
    security: {
      mode: 'closed',
      authenticators: [apiKeys(ports.keys, { nowMs: () => NOW_MS })],
    },
    limits: { guessesPerMinute: 1e9, requestsPerMinute: 1e9 },
  })
})
afterAll(async () => {
  process.off('unhandledRejection', onUnhandled)
  await app.close()
})

it(`answers ${REQUESTS} hostile requests as its own document says, and never with 5xx`, {
  timeout: Math.max(120_000, 150 * REQUESTS),
}, async () => {
  const document = resolved((await app.inject('/openapi.json')).json())
  // A stream never ends; test/api/events.test.ts has one.
  const operations = operationsOf(document).filter(
    ({ operationId }) => !/stream/i.test(operationId),
  )
  const keyOf = async (scopes: readonly ('read' | 'admin')[]) =>
    (await createKey(ports.keys, { tenant: 'default', label: 'x', scopes }, NOW_MS)).text
  const [admin, reader] = [await keyOf(['admin']), await keyOf(['read'])]
  const credentials = [admin, admin, admin, admin, reader, 'nonsense', '']
  const statuses = new Map<number, number>()

  for (let done = 0; done < REQUESTS; done += AT_ONCE) {
    const numRuns = Math.min(AT_ONCE, REQUESTS - done)
    const requests = anyRequest(operations, credentials)
    for (const request of fc.sample(requests, { numRuns, seed: SEED + done })) {
      const status = await check(request)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  }
  expect(unhandled).toEqual([])
  expect(({} as { x?: unknown }).x).toBeUndefined()
  for (const status of [200, 400, 401, 403, 404]) {
    expect(statuses.get(status), String(status)).toBeGreaterThan(REQUESTS / 200)
  }
})

const shapes = new Map<unknown, ReturnType<typeof Compile>>()

async function check({ operation, url, headers, body }: FuzzedRequest): Promise<number> {
  const answer = await app.inject({
    method: operation.method,
    url,
    headers,
    ...(body !== undefined && { payload: body }),
  })
  const words = `${operation.method} ${url} ${body} -> ${answer.statusCode} ${answer.body}`
  expect(answer.statusCode, words).toBeLessThan(500)
  const documented = operation.responses[answer.statusCode]
  expect(documented, `not documented: ${words}`).toBeDefined()
  if (!documented?.content) return answer.statusCode
  const type = answer.headers['content-type']!.toString().split(';')[0]!
  const schema = documented.content[type]?.schema
  expect(schema, `type ${type} is not documented: ${words}`).toBeDefined()
  if (!/[/+]json$/.test(type)) return answer.statusCode // lines of JSON are none, and may be none at all
  const shape = shapes.get(schema) ?? Compile(schema as TSchema)
  shapes.set(schema, shape)
  const value: unknown = answer.json()
  if (!shape.Check(value)) expect(shape.Errors(value), words).toEqual([])
  return answer.statusCode
}
