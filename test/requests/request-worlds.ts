import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { postgresYields } from '../../services/deferred/adapters/postgres-yields.ts'
import type { DeferredJob } from '../../services/deferred/index.ts'
import { type BatchRunner, batchRunner } from '../../services/pipeline/batch-runner.ts'
import { requestDesk } from '../../services/pipeline/request-desk.ts'
import type { RequestPorts } from '../../services/pipeline/request-ports.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import { openaiEndpoint } from '../../services/requests/adapters/openai-endpoint.ts'
import { postgresRequestBatches } from '../../services/requests/adapters/postgres-batches.ts'
import { postgresFiles } from '../../services/requests/adapters/postgres-files.ts'
import { guardedHttp } from '../../services/wiring/guarded-http.ts'
import { job } from '../batch/jobs.ts'
import { memoryJobs } from '../deferred/memory-jobs.ts'
import { embeddedEngine, type FreshDatabase } from '../support/engines.ts'
import { modelServer } from '../support/model-server.ts'
import { until } from '../support/service-process.ts'

export const HOUR_MS = 3_600_000
const START_MS = Date.UTC(2026, 5, 1)

/** A job of 4 requests an hour on 1 or 2 GPUs, whose pieces a test lays out. */
const laidOut = (
  id: string,
  pieces: NonNullable<DeferredJob['placement']>['pieces'],
): DeferredJob => ({
  job: job({ id, levels: [1, 2].map((gpus) => ({ gpus, workPerHour: gpus, kilowatts: gpus })) }),
  state: 'waiting',
  submittedAtMs: START_MS,
  progress: { workLeft: 1 },
  placement: {
    region: 'home/H100',
    pieces,
    reserve: [],
    safe: true,
    energyKwh: 1,
    carbonG: 1,
    costUsd: 0,
  },
  plannedAtMs: START_MS,
  ran: [],
})

/** Batches of requests over one real database and one real model server, for the tests of a file. */
export function requestWorlds() {
  let fresh: FreshDatabase
  let server: Awaited<ReturnType<typeof modelServer>>
  const runners: BatchRunner[] = []
  beforeAll(async () => {
    fresh = await embeddedEngine.open()
    await migrate(fresh.db)
  })
  afterAll(() => fresh.destroy())
  beforeEach(async () => {
    server = await modelServer()
  })
  afterEach(async () => {
    for (const runner of runners.splice(0)) await runner.close()
    await server.close()
  })
  return {
    get server() {
      return server
    },
    /** One tenant; its job is laid out by a test, in hours. */
    world: (tenant: string, pieces = [{ startMs: 0, endMs: 24, level: 0 }]) =>
      world({ fresh, server, runners }, tenant, pieces),
  }
}
export type RequestWorld = ReturnType<typeof world>

interface Stage {
  readonly fresh: FreshDatabase
  readonly server: Awaited<ReturnType<typeof modelServer>>
  readonly runners: BatchRunner[]
}

function world(
  { fresh, server, runners }: Stage,
  tenant: string,
  pieces: readonly { startMs: number; endMs: number; level: number }[],
) {
  const jobs = memoryJobs()
  const clock = { hours: 0 }
  const nowMs = () => START_MS + clock.hours * HOUR_MS
  const { db } = fresh
  const stores = { files: postgresFiles(db, tenant), batches: postgresRequestBatches(db, tenant) }
  const yields = postgresYields(db, tenant)
  const refusals: string[] = []
  const answers: { infeasible?: boolean; unfitted?: boolean } = {}
  let made = 0
  const desk = requestDesk({ ...stores, nowMs, newId: () => `${tenant}${made++}` })
  const runner = (holder: string, change: Partial<RequestPorts> = {}) => {
    const ports: RequestPorts = {
      ...stores,
      jobs,
      yields,
      endpoints: [
        openaiEndpoint(guardedHttp({ allowPrivate: true, allow: [] }), {
          id: 'server',
          model: 'llama',
          baseUrl: `${server.url}/`,
          requestsPerGpu: 2,
          mostReplicas: 2,
          timeoutMs: 30_000,
        }),
      ],
      usualTokens: async () => new Map([['llama', 250]]),
      fitted: async () => answers.unfitted !== true,
      cancelJob: (id) => jobs.cancel(id),
      async promise({ id }) {
        if (answers.infeasible) {
          return { id: id!, status: 'infeasible', limit: 'deadline', words: 'it takes longer' }
        }
        const hours = pieces.map((piece) => ({
          level: piece.level,
          startMs: START_MS + piece.startMs * HOUR_MS,
          endMs: START_MS + piece.endMs * HOUR_MS,
        }))
        await jobs.add([laidOut(id!, hours)])
        return { id: id!, status: 'known' }
      },
      nowMs,
      holder,
      warn: (message) => void refusals.push(message),
      ...change,
    }
    const made = batchRunner(ports)
    runners.push(made)
    return made
  }
  async function handIn(lines: readonly string[], window = '24h') {
    const content = Buffer.from(lines.join('\n'))
    const upload = desk.upload('in.jsonl', chunksOf(content, 1000), Promise.resolve(undefined))
    const endpoint = '/v1/chat/completions'
    const ask = { inputFile: (await upload).id, endpoint, completionWindow: window } as const
    return (await desk.createBatch(ask)).id
  }
  const textOf = async (id: string | undefined) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of desk.content(id!)) chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  }
  return { jobs, clock, desk, runner, handIn, refusals, answers, yields, nowMs, textOf, stores }
}

export async function* chunksOf(content: Buffer, bytes: number) {
  for (let at = 0; at < content.length; at += bytes) yield content.subarray(at, at + bytes)
}
export const line = (number: number, words = `${number}`) =>
  JSON.stringify({
    custom_id: `r${number}`,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model: 'llama', messages: [{ role: 'user', content: words }] },
  })
export const lines = (count: number) => Array.from({ length: count }, (_, number) => line(number))

/** Beats until a batch is where it should be. */
export async function beatUntil(
  { desk }: Pick<RequestWorld, 'desk'>,
  runner: BatchRunner,
  id: string,
  status: string,
) {
  return until(async () => {
    await runner.beat()
    const batch = await desk.batch(id)
    return batch?.status === status && batch
  }, `${id} to be ${status}`)
}
