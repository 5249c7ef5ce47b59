import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freshFolder } from '../support/engines.ts'
import { modelServer } from '../support/model-server.ts'
import { type ServiceProcess, startService, until } from '../support/service-process.ts'

/**
 * No climatology there: a flat grid. And no interactive traffic, whose replicas would be worth waiting
 * for until they are warm: jobs run at once.
 */
const FLEET = (url: string) => `
gridtide: 1
name: batches
origins: [here]
regions:
  - { id: home, zone: ZA, gpus: [{ type: H100, count: 8 }], latencyMs: { here: 10 } }
models:
  - id: llama
    catalogue: meta-llama/Llama-3.1-8B-Instruct
    workload: { inputTokens: 400, outputTokens: 250 }
    slo: { ttftP95Ms: 1000, tpotP95Ms: 40 }
    minReplicas: 0
    demand: [{ origin: here, kind: constant, tokensPerSecond: 0 }]
batchEndpoints:
  - { id: server, model: llama, url: '${url}', token: '\${env:MODEL_KEY}', serves: served-llama, requestsPerGpu: 4, maxReplicas: 1, allowPrivate: true }
`
const REQUESTS = 60
/** For a loaded machine; a job on a flat grid starts at once. */
const PATIENCE_MS = 120_000

let server: Awaited<ReturnType<typeof modelServer>>
let service: ServiceProcess
let start: () => Promise<ServiceProcess>
let openai: OpenAI

beforeAll(async () => {
  server = await modelServer(250)
  const home = await freshFolder()
  const fleetFile = join(home, 'fleet.yaml')
  await writeFile(fleetFile, FLEET(server.url))
  start = () =>
    startService(fleetFile, { GRIDTIDE_HOME: home, MODEL_KEY: 'secret-key', LOG_LEVEL: 'warn' })
  service = await start()
  openai = clientOf(service)
})
afterAll(async () => {
  await service?.stop()
  await server?.close()
})

const clientOf = ({ url }: ServiceProcess) =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey: 'not needed on loopback', maxRetries: 0 })

const line = (number: number, change: object = {}) =>
  JSON.stringify({
    custom_id: `request-${number}`,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model: 'llama', max_tokens: 50, messages: [{ role: 'user', content: `${number}` }] },
    ...change,
  })
const upload = async (lines: readonly string[]) =>
  openai.files.create({
    file: await toFile(Buffer.from(lines.join('\n')), 'in.jsonl'),
    purpose: 'batch',
  })
const create = (fileId: string) =>
  openai.batches.create({
    input_file_id: fileId,
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
    metadata: { run: 'nightly' },
  })
const ended = (id: string) =>
  until(
    async () => {
      const batch = await openai.batches.retrieve(id)
      return ['completed', 'failed', 'cancelled', 'expired'].includes(batch.status) && batch
    },
    `the end of ${id}: ${service.said()}`,
    PATIENCE_MS,
  )
const linesOf = async (fileId: string) =>
  (await (await openai.files.content(fileId)).text())
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text))

it('runs a file of an unmodified client, once a line, over the death of the service', {
  timeout: 400_000,
}, async () => {
  const [refused, busy] = ['7', '9']
  server.state.refuse = (content, times) =>
    content === refused ? 400 : content === busy && times === 1 ? 503 : undefined
  const file = await upload(Array.from({ length: REQUESTS }, (_, number) => line(number)))
  expect(file).toMatchObject({ object: 'file', purpose: 'batch', filename: 'in.jsonl' })
  const made = await create(file.id)
  expect(made).toMatchObject({ status: 'validating', metadata: { run: 'nightly' } })
  await until(
    async () => {
      const { status, errors } = await openai.batches.retrieve(made.id)
      expect(status, JSON.stringify(errors)).not.toBe('failed')
      return server.asked.length >= REQUESTS / 3
    },
    'a third of the requests',
    PATIENCE_MS,
  )
  await service.stop('SIGKILL')
  const before = server.asked.length
  expect(before).toBeLessThan(REQUESTS)
  service = await start()
  openai = clientOf(service)

  const batch = await ended(made.id)
  expect(batch).toMatchObject({
    status: 'completed',
    request_counts: { total: REQUESTS, completed: REQUESTS - 1, failed: 1 },
  })
  const output = await linesOf(batch.output_file_id!)
  const numbers = Array.from({ length: REQUESTS }, (_, number) => `${number}`)
  expect(output.map(({ custom_id }) => custom_id)).toEqual(
    numbers.filter((number) => number !== refused).map((number) => `request-${number}`),
  )
  for (const { custom_id, response, error } of output) {
    const content = `echo ${custom_id.slice('request-'.length)}`
    expect(response).toMatchObject({
      status_code: 200,
      body: { choices: [{ message: { content } }] },
    })
    expect(error).toBeNull()
  }
  expect(await linesOf(batch.error_file_id!)).toMatchObject([
    { custom_id: `request-${refused}`, response: { status_code: 400, body: { error: {} } } },
  ])
  // A process that dies between an answer and its record asks again; whatever was recorded is not.
  expect(server.asked.length).toBeLessThan(REQUESTS * 1.5)
  expect(server.asked.every(({ body }) => body.model === 'served-llama')).toBe(true)
  expect(server.asked[0]).toMatchObject({
    path: '/v1/chat/completions',
    authorization: 'Bearer secret-key',
  })
  expect(service.said()).not.toContain('secret-key')
  expect([server.gauge.most > 1, server.gauge.most <= 8]).toEqual([true, true])
})

it('says of a file what is wrong with it, line by line', async () => {
  const lines = [
    line(1),
    line(1),
    'no json',
    line(2, { url: '/v1/embeddings' }),
    line(3, { body: { model: 'gpt-9' } }),
  ]
  const batch = await ended((await create((await upload(lines)).id)).id)
  expect(batch.status).toBe('failed')
  expect(batch.errors!.data!.map(({ code, line }) => [code, line])).toEqual([
    ['duplicate_custom_id', 2],
    ['invalid_json_line', 3],
    ['invalid_url', 4],
    ['mismatched_model', 5],
  ])
})

it('cancels what has not been done, lists, and deletes', { timeout: 400_000 }, async () => {
  server.state.answerAfterMs = 60_000
  const file = await upload([line(100), line(101)])
  const made = await create(file.id)
  await until(
    () => server.asked.some(({ body }) => body.messages[0]!.content === '100'),
    'a request',
    PATIENCE_MS,
  )
  expect(await openai.batches.cancel(made.id)).toMatchObject({ status: 'cancelling' })
  await expect(openai.files.delete(file.id)).rejects.toMatchObject({ status: 409 })
  const batch = await ended(made.id)
  expect(batch).toMatchObject({ status: 'cancelled', request_counts: { completed: 0 } })
  expect(await linesOf(batch.error_file_id!)).toMatchObject([
    { custom_id: 'request-100', response: null, error: { code: 'batch_cancelled' } },
    { custom_id: 'request-101', error: { code: 'batch_cancelled' } },
  ])
  const [newest] = (await openai.batches.list({ limit: 1 })).data
  expect(newest!.id).toBe(made.id)
  const names: string[] = []
  for await (const one of openai.files.list({ limit: 2, purpose: 'batch' })) names.push(one.id)
  expect(names).toHaveLength(3)
  expect(await openai.files.delete(file.id)).toEqual({ id: file.id, object: 'file', deleted: true })
  await expect(openai.files.retrieve(file.id)).rejects.toMatchObject({
    status: 404,
    code: 'not_found',
  })
})

it('refuses in the words of OpenAI', async () => {
  await expect(create('file-none')).rejects.toMatchObject({ status: 404 })
  const file = await upload([line(1)])
  const ask = { input_file_id: file.id, endpoint: '/v1/chat/completions' } as const
  await expect(
    openai.batches.create({ ...ask, completion_window: '99d' as '24h' }),
  ).rejects.toMatchObject({
    status: 400,
    param: 'completion_window',
    type: 'invalid_request_error',
  })
  const wrongPurpose = { file: await toFile(Buffer.from('x'), 'x'), purpose: 'vision' } as const
  await expect(openai.files.create(wrongPurpose)).rejects.toMatchObject({
    status: 400,
    param: 'purpose',
  })
})
