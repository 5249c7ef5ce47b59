import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { postgresAnswers } from '../../services/api/adapters/postgres-answers.ts'
import { buildApp } from '../../services/api/app.ts'
import type { TenantPorts } from '../../services/api/ports.ts'
import { parseFleet } from '../../services/fleet/index.ts'
import { rollBack } from '../../services/pipeline/roll-back.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import { requestDesk } from '../../services/wiring/batch-requests.ts'
import { openStores } from '../../services/wiring/state.ts'
import { ENGINES, type FreshDatabase } from '../support/engines.ts'
import { type Mortal, mortal, mortalDatabase } from '../support/mortal.ts'
import { aPlan, memoryPorts, memoryTenant, NOW_MS } from './memory-ports.ts'

// Keys are made by the hundred here, and scrypt is slow on purpose.
vi.mock('../../services/keys/proof.ts', () => ({ prove: async () => 'scrypt$c2FsdA$aGFzaA' }))

/** A beginning that is this old belonged to a process that died. */
const ABANDONED_MS = 121_000
const FLEET = 'config/examples/two-regions.yaml'

interface Post {
  readonly url: string
  readonly payload: object | string
  readonly headers?: Readonly<Record<string, string>>
  /** Rows of which one doing leaves one more behind. */
  readonly count: string
  readonly before?: string
}

const form = [
  '--edge',
  'content-disposition: form-data; name="purpose"',
  '',
  'batch',
  '--edge',
  'content-disposition: form-data; name="file"; filename="in.jsonl"',
  '',
  '{}',
  '--edge--',
  '',
].join('\r\n')

/** Every POST that would leave something twice; what other POSTs do is the same as once. */
const POSTS: Readonly<Record<string, Post>> = {
  createKey: {
    url: '/v1/keys',
    payload: { label: 'made', scopes: ['read'] },
    count: 'select 1 from api_key',
  },
  rotateKey: {
    url: '/v1/keys/0000000a/rotate',
    payload: { overlapSeconds: 0 },
    before: 'update api_key set expires_at_ms = null',
    count: 'select 1 from api_key',
  },
  rollBackPlan: {
    url: '/v1/plans/1/rollback',
    payload: { words: 'as before' },
    count: 'select 1 from plan',
  },
  replayWebhook: {
    url: '/v1/webhooks/ops/replay',
    payload: { fromMs: NOW_MS - 1, untilMs: NOW_MS + 1 },
    count: 'select 1 from delivery',
  },
  uploadFile: {
    url: '/v1/files',
    payload: form,
    headers: { 'content-type': 'multipart/form-data; boundary=edge' },
    count: 'select 1 from request_file where ready',
  },
  createBatch: {
    url: '/v1/batches',
    payload: {
      input_file_id: 'file-in',
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    },
    count: 'select 1 from request_batch',
  },
}

for (const engine of ENGINES) {
  describe.skipIf(engine.skip)(
    `a POST whose process died: ${engine.name} ${engine.skip ?? ''}`,
    () => {
      let fresh: FreshDatabase
      let app: FastifyInstance
      let process: Mortal = mortal(Number.POSITIVE_INFINITY)
      let nowMs = NOW_MS
      let sent = 0
      // The calls are the same on both: every third one, before and after in turn, is enough here.
      const stride = engine.name === 'embedded' ? 1 : 3

      beforeAll(async () => {
        fresh = await engine.open()
        await migrate(fresh.db)
        await furnish()
        const db = mortalDatabase(fresh.db, { around: (work) => process.around(work) })
        const stores = openStores(db, 'default')
        const file = parseFleet(readFileSync(FLEET, 'utf8'), { fileName: FLEET })
        const fleet = { ...file, policy: { ...file.policy, approval: 'required' as const } }
        const ops = { id: 'ops', events: ['plan.changed'] } as never
        const deciding = {
          plans: stores.plans,
          fleet: async () => fleet,
          queue: { add: async () => undefined },
          nowMs: () => nowMs,
        }
        const tenant = {
          ...memoryTenant(),
          plans: stores.plans,
          decisions: {
            decide: () => Promise.reject(new Error('not here')),
            rollBack: (version, ask) => rollBack(deciding as never, version, ask),
          },
          webhooks: {
            ...memoryTenant().webhooks,
            replay: (_id, what, onceId) => stores.outbox.replay(ops, what, nowMs, onceId),
          },
          requests: requestDesk({ stores, nowMs: () => nowMs } as never),
        } satisfies TenantPorts
        app = await buildApp(
          {
            ...memoryPorts(),
            keys: stores.keys,
            answers: postgresAnswers(db),
            tenant: () => tenant,
          },
          { version: '1', nowMs: () => nowMs, security: { mode: 'open', tenant: 'default' } },
        )
      })
      afterAll(async () => {
        await app?.close()
        await fresh?.destroy()
      })

      /** A key, a plan and its event, a file. */
      async function furnish(): Promise<void> {
        const stores = openStores(fresh.db, 'default')
        await stores.keys.add({
          prefix: '0000000a',
          proof: 'scrypt$c2FsdA$aGFzaA',
          tenant: 'default',
          label: 'old',
          scopes: ['read'],
          createdAtMs: 1,
        })
        const { version: _v, approval: _a, ...draft } = aPlan(1)
        const changed = { type: 'plan.changed', subject: 'plan', key: '1', data: {} } as const
        await stores.plans.save(draft, {
          ifVersion: 0,
          events: () => [{ ...changed, occurredAtMs: NOW_MS }],
        })
        const content = (async function* () {
          yield Buffer.from('{}')
        })()
        const input = { id: 'file-in', name: 'in', purpose: 'batch', createdAtMs: NOW_MS } as const
        await stores.files.write(input, content, async () => NOW_MS + 1e9)
      }

      const send = ({ url, payload, headers }: Post, key: string) =>
        app.inject({
          method: 'POST',
          url,
          payload,
          headers: { ...headers, 'idempotency-key': key },
        })

      /** Sends it to a process that dies at a point, then to one that does not. */
      async function sendTwice(post: Post, crashAt: number) {
        nowMs = NOW_MS
        if (post.before) await fresh.db.query(post.before)
        const rows = async () => (await fresh.db.query(post.count)).length
        const before = await rows()
        const key = `key-${sent++}`
        process = mortal(crashAt)
        const first = await send(post, key)
        const points = process.points()
        nowMs += ABANDONED_MS
        process = mortal(Number.POSITIVE_INFINITY)
        const again = await send(post, key)
        return { first, again, points, more: (await rows()) - before }
      }

      it.each(Object.entries(POSTS))(
        '%s is done once, whichever call it died before or after',
        async (operation, post) => {
          const { points, ...unhurt } = await sendTwice(post, Number.POSITIVE_INFINITY)
          expect(unhurt.first.statusCode, unhurt.first.body).toBeLessThan(300)
          // What was shown once is not shown again.
          const shownAgain = operation.endsWith('Key') ? 409 : unhurt.first.statusCode
          expect(unhurt.again.statusCode, unhurt.again.body).toBe(shownAgain)
          expect(points).toBeGreaterThan(5)
          for (let crashAt = 0; crashAt < points; crashAt += stride) {
            const { first, again, more } = await sendTwice(post, crashAt)
            const words = `dead at ${crashAt}: ${first.statusCode}, then ${again.body}`
            // At the last point the answer was kept, and the process died before it went out.
            const kept = first.statusCode < 300 || crashAt === points - 1
            expect(again.statusCode, words).toBe(kept ? shownAgain : unhurt.first.statusCode)
            expect(more, words).toBe(1)
            if (again.statusCode !== 201) continue
            const { prefix } = again.json<{ prefix: string }>()
            const { keys } = openStores(fresh.db, 'default')
            expect(await keys.find(prefix), words).toBeDefined()
          }
        },
        120_000,
      )

      it('submitBatchJobs names its jobs by the key', async () => {
        const payload = { gpuHours: 1, gpu: 'H100', deadlineMs: NOW_MS + 7_200_000 }
        const ask = () => send({ url: '/v1/batch/jobs', payload, count: '' }, 'jobs')
        const [first, again] = [await ask(), await ask()]
        expect(first.json().id).toMatch(/^[0-9a-f]{32}$/)
        expect(again.json().id).toBe(first.json().id)
      })
    },
  )
}
