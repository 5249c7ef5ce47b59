import { rm } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import { readEnv } from '../../config/env.ts'
import { apiKeys } from '../../services/api/access/api-keys.ts'
import { buildApp } from '../../services/api/index.ts'
import { createKey } from '../../services/keys/index.ts'
import { openLog } from '../../services/platform/log.ts'
import { apiPorts } from '../../services/wiring/api-ports.ts'
import { openService, type Service } from '../../services/wiring/service.ts'
import { stepPorts } from '../../services/wiring/steps.ts'
import { startWorkers } from '../../workers/start-workers.ts'
import { freshFolder } from '../support/engines.ts'
import { startScaleServer } from '../support/scale-server.ts'
import { until } from '../support/service-process.ts'
import { smallFleet } from '../support/small-fleet.ts'
import { webhookReceiver } from '../support/webhook-receiver.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** What only this tenant has, by which it is asked for in a path. */
export interface Ids {
  readonly job: string
  readonly file: string
  readonly runs: string
  readonly target: string
  readonly keyPrefix: string
}

/** A tenant as it is served: everything real, on a database that others use too. */
export interface ServedTenant {
  readonly service: Service
  readonly app: FastifyInstance
  /** A word that is in everything of this tenant, and in nothing of another. */
  readonly word: string
  readonly ids: Ids
  ask(method: Method, url: string, payload?: object): ReturnType<typeof ask>
  close(): Promise<void>
}

const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
const BOUNDARY = 'boundary'

const ask = (app: FastifyInstance, key: string, method: Method, url: string, payload?: object) =>
  app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${key}`, 'if-match': '*' },
    ...(payload && { payload }),
  })

/** Serves a tenant, and does everything in its name that leaves something. */
export async function serveTenant(tenant: string, databaseUrl: string): Promise<ServedTenant> {
  const word = `canary-${tenant}`
  const scale = await startScaleServer(SECRET)
  const subscriber = await webhookReceiver()
  const home = await freshFolder()
  const fleet = smallFleet(`planning: { windowMinutes: 60, horizonHours: 2 }
policy: { minDwellMinutes: 0 }
webhooks: [{ id: hook, url: '${subscriber.url}?${word}', secret: '\${env:S}', allowPrivate: true }]
backends:
  - id: ours
    kind: http
    secret: '\${env:S}'
    allowPrivate: true
    targets: [{ url: '${scale.url}/${word}/{region}/{model}/{variant}' }]
`)
  const renamed = JSON.parse(JSON.stringify(fleet).replaceAll('eu-north', `${word}-north`))
  const service = await openService({
    env: readEnv({
      DATABASE_URL: databaseUrl,
      GRIDTIDE_HOME: home,
      GRIDTIDE_TENANT: tenant,
      GRIDTIDE_TICK_SECONDS: '600',
    }),
    secrets: { S: SECRET },
    fleetFile: 'fleet.yaml',
    fleet: renamed,
    fleetHash: word,
    log: openLog('silent'),
  })
  const { stores, queue } = service
  const { text: key, key: made } = await createKey(
    stores.keys,
    { tenant, label: word, scopes: ['admin', 'act', 'plan', 'read'] },
    Date.now(),
  )
  const security = {
    mode: 'closed',
    authenticators: [apiKeys(stores.keys, { nowMs: Date.now })],
  } as const
  const app = await buildApp(apiPorts(service), { security, version: '1' })
  await startWorkers(queue, stepPorts(service))
  await queue.add({ name: 'refit-models', payload: { model: 'llama' }, id: 'refit' })
  await queue.add({ name: 'tick', payload: { clock: 'test' }, id: 'tick' })
  await until(() => stores.plans.current(), 'a plan')
  const target = await until(async () => {
    const { items } = (await ask(app, key, 'GET', '/v1/targets')).json()
    const synced = items.every(({ status }: { status: string }) => status === 'synced')
    return synced && items.find(({ id }: { id: string }) => id.includes(word))?.id
  }, 'every target to be told')

  const change = async (method: Method, url: string, payload?: object) => {
    const answer = await ask(app, key, method, url, payload)
    if (answer.statusCode >= 300) throw new Error(`${method} ${url}: ${answer.body}`)
    return answer.json()
  }
  const job = { gpuHours: 0.1, gpu: 'H100', gpus: [1], deadlineMs: Date.now() + 86_400_000 }
  for (const id of [word, 'shared']) await change('POST', '/v1/batch/jobs', { ...job, id })
  const startMs = Math.floor(Date.now() / 3_600_000) * 3_600_000
  const slots = [{ startMs, endMs: startMs + 3_600_000, tokensPerSecond: 100 }]
  const demand = { kind: 'observed', origin: 'europe', slots }
  await change('PUT', '/v1/models/llama/demand', demand)
  await change('PUT', '/v1/models/llama', { minReplicas: 1 })
  await change('PUT', '/v1/stop', { why: word })
  await change('DELETE', '/v1/stop')
  await change('POST', '/v1/webhooks/hook/ping', {})
  const runs = {
    model: 'llama',
    runs: 1,
    uploadedAtMs: 1,
    uploadedBy: word,
    format: 'csv',
  } as const
  await stores.runs.add({ ...runs, text: word })
  const [kept] = await stores.runs.list({ limit: 1 })
  const uploaded = await app.inject({
    method: 'POST',
    url: '/v1/files',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
    },
    payload: formOf({ purpose: 'batch' }, `${word}.jsonl`, JSON.stringify({ custom_id: word })),
  })

  return {
    service,
    app,
    word,
    ids: {
      job: word,
      file: uploaded.json().id,
      runs: String(kept!.id),
      target,
      keyPrefix: made.prefix,
    },
    ask: (...asked) => ask(app, key, ...asked),
    async close() {
      await app.close()
      await service.close()
      await Promise.all([scale.close(), subscriber.close(), rm(home, { recursive: true })])
    },
  }
}

function formOf(fields: Readonly<Record<string, string>>, name: string, content: string): string {
  const part = (head: string, body: string) =>
    `--${BOUNDARY}\r\ncontent-disposition: form-data; ${head}\r\n\r\n${body}\r\n`
  const texts = Object.entries(fields).map(([field, text]) => part(`name="${field}"`, text))
  return `${texts.join('')}${part(`name="file"; filename="${name}"`, content)}--${BOUNDARY}--\r\n`
}
