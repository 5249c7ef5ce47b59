import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tablesInOrder } from '../../services/platform/database/tables.ts'
import { type OpenapiDocument, operationsOf } from '../api/openapi-document.ts'
import { freshServerDatabase, postgresEngine } from '../support/engines.ts'
import { type Method, type ServedTenant, serveTenant } from './tenant-world.ts'

/** They do not end by themselves. */
const STREAMS = new Set(['streamEvents', 'gridStream'])
/** Every name in a path that is not one tenant's alone: both have one of it. */
const SHARED: Readonly<Record<string, string>> = {
  job: 'tick',
  zone: 'SE',
  version: '1',
  other: '1',
  namespace: 'n',
  deployment: 'd',
}

/** Where a call needs one to be taken. */
const BODIES: Readonly<Record<string, object>> = {
  reportBatchJob: { workLeft: 0 },
  simulateBatchJob: { deadlineMs: Date.now() + 86_400_000 },
  rotateKey: { overlapSeconds: 0 },
  replayWebhook: { fromMs: 0 },
  reviveJob: { id: 'tick' },
  putModel: { minReplicas: 2 },
  putStop: { why: 'test' },
  createKey: { label: 'made', scopes: ['read'] },
  submitBatchJobs: { id: 'more', gpuHours: 0.1, gpu: 'H100', deadlineMs: Date.now() + 9e7 },
  putPolicy: { objective: 'carbon', minDwellMinutes: 5 },
}
const bodyOf = (method: Method, operationId: string) =>
  BODIES[operationId] ?? (method === 'DELETE' ? undefined : {})

/** What is one tenant's alone. */
const NAMED = /\{(id|prefix)\}/

interface Call {
  readonly method: Method
  readonly url: string
  readonly operationId: string
  /** What it asks for. */
  readonly id: string
  readonly isTheirs: boolean
}

describe.skipIf(postgresEngine.skip)('two tenants on one PostgreSQL (TEST_DATABASE_URL)', () => {
  let acme: ServedTenant
  let globex: ServedTenant
  let drop: () => Promise<void>
  beforeAll(async () => {
    const fresh = await freshServerDatabase()
    drop = fresh.drop
    acme = await serveTenant('acme', fresh.url)
    globex = await serveTenant('globex', fresh.url)
  }, 180_000)
  afterAll(async () => {
    await acme?.close()
    await globex?.close()
    await drop?.()
  })

  /** Every call of the API that `own` can make by a name of its own, of the other's, or of both. */
  async function callsOf(own: ServedTenant, other: ServedTenant): Promise<Call[]> {
    const document = (await own.app.inject('/openapi.json')).json() as OpenapiDocument
    const theirs: readonly string[] = Object.values(other.ids)
    const names = [...Object.values(own.ids), ...theirs, 'llama', 'hook']
    return operationsOf(document)
      .filter(({ operationId }) => !STREAMS.has(operationId))
      .flatMap(({ method, path, operationId }) =>
        (NAMED.test(path) ? names : ['-']).map((id) => ({
          method,
          url: path
            .replace(NAMED, encodeURIComponent(id))
            .replaceAll(/\{(\w+)\}/g, (_all, name: string) => SHARED[name]!),
          operationId,
          id,
          isTheirs: theirs.includes(id),
        })),
      )
  }

  /** All that is kept of a tenant, but what its own clocks write. */
  async function keptOf({ service, word }: ServedTenant): Promise<string> {
    const db = service.database
    const tenant = word.replace('canary-', '')
    const tables = await db.query<{ name: string }>(
      `select table_name::text as name from information_schema.columns
       where table_schema = 'gridtide' and column_name = 'tenant'`,
    )
    const names = new Set(tables.map(({ name }) => name))
    const kept: unknown[] = []
    for (const table of (await tablesInOrder(db)).filter((name) => names.has(name))) {
      const rows = await db.query<{ row: string }>(
        `select row_to_json(one)::text as row from ${table} one where tenant = $1 order by 1`,
        [tenant],
      )
      kept.push([table, rows.map(({ row }) => row)])
    }
    return JSON.stringify(kept, null, 1)
  }

  it.each([0, 1])(
    'no read shows tenant %i anything of the other, whatever it asks for',
    async (of) => {
      const [own, other] = of === 0 ? [acme, globex] : [globex, acme]
      let shown = 0
      for (const { method, url, id, operationId, isTheirs } of await callsOf(own, other)) {
        if (method !== 'GET') continue
        const { statusCode, body } = await own.ask(method, url)
        const words = `${operationId} ${id}: ${statusCode} ${body}`
        expect(statusCode, words).toBeLessThan(500)
        expect(!isTheirs || statusCode >= 400, words).toBe(true)
        // A refusal may repeat what was asked for.
        expect(body.replaceAll(id, '').includes(other.word), words).toBe(false)
        shown += body.includes(own.word) ? 1 : 0
      }
      expect(shown).toBeGreaterThan(15) // the words are where they can be seen
    },
    120_000,
  )

  it('nothing that one changes changes anything of the other', async () => {
    const before = await keptOf(globex)
    expect(before).toContain(globex.word)
    let accepted = 0
    for (const { method, url, id, operationId, isTheirs } of await callsOf(acme, globex)) {
      if (method === 'GET') continue
      const { statusCode, body } = await acme.ask(method, url, bodyOf(method, operationId))
      const words = `${operationId} ${id}: ${statusCode} ${body}`
      expect(statusCode, words).toBeLessThan(500)
      expect(!isTheirs || statusCode >= 400, words).toBe(true)
      accepted += statusCode < 300 ? 1 : 0
    }
    expect(accepted).toBeGreaterThan(8) // it is not for want of a right word that nothing changed
    expect(await keptOf(globex)).toBe(before)
  }, 120_000)
})
