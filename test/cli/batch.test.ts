import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { batchCommand } from '../../services/cli/commands/batch.ts'
import type { HttpRequest } from '../../services/platform/http.ts'

const small = 'test/fixtures/fleet/small.yaml'
const AT = '2026-06-01T00:00Z'
const DAY_MS = 86_400_000
const folder = mkdtempSync(join(tmpdir(), 'gridtide-batch-'))
const file = (name: string, ...lines: readonly unknown[]): string => {
  const path = join(folder, name)
  writeFileSync(
    path,
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  )
  return path
}

async function run(
  args: readonly string[],
  answer: { status: number; body: unknown } = { status: 200, body: {} },
) {
  const said = { out: '', err: '', sent: [] as HttpRequest[] }
  const io = {
    out: (text: string) => {
      said.out += text
    },
    err: (text: string) => {
      said.err += text
    },
    env: { GRIDTIDE_KEY: 'secret' },
    nowMs: () => Date.parse(AT),
    isTty: false,
  }
  const http = {
    send: async (_upstream: string, request: HttpRequest) => {
      said.sent.push(request)
      return { headers: {}, ...answer }
    },
  }
  const failure = await batchCommand(io, http)
    .exitOverride()
    .parseAsync([...args], { from: 'user' })
    .then(
      () => undefined,
      (error: unknown) => error,
    )
  return { ...said, failure }
}
const job = { id: 'a', gpuHours: 4, deadlineMs: Date.parse(AT) + DAY_MS }

describe('gridtide batch', () => {
  it('plans a file of jobs without a service', async () => {
    const late = { ...job, id: 'late', gpuHours: 100 }
    const path = file('jobs.ndjson', job, 'nonsense', late, {
      gpuHours: 1,
      deadlineMs: job.deadlineMs,
    })
    const { out, err, failure, sent } = await run(['plan', path, '--fleet', small, '--at', AT])
    expect(failure).toMatchObject({ code: 1 })
    expect(err).toContain('2 promised, 0 known already, 1 not possible, 1 refused\n')
    expect(sent).toEqual([])
    const answers = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(answers.map(({ status }) => status)).toEqual([
      'feasible',
      'refused',
      'infeasible',
      'feasible',
    ])
    expect(answers[0].planned.pieces[0].endMs).toBeLessThanOrEqual(job.deadlineMs)
  })

  it('hands in, lists, shows and cancels over HTTP, with its key', async () => {
    const url = 'http://there:1'
    const submitted = await run(['submit', file('one.ndjson', job), '--url', url], {
      status: 200,
      body: '{"id":"a","status":"feasible"}\n',
    })
    expect(submitted.failure).toBeUndefined()
    expect(submitted.out).toBe('{"id":"a","status":"feasible"}\n')
    expect(submitted.sent[0]).toMatchObject({
      method: 'POST',
      url: `${url}/v1/batch/jobs`,
      headers: { 'content-type': 'application/x-ndjson', authorization: 'Bearer secret' },
    })
    const pretty = file('one.json', JSON.stringify(job, null, 2))
    const one = await run(['submit', pretty], {
      status: 200,
      body: { id: 'a', status: 'infeasible' },
    })
    expect(one.sent[0]!.body).toBe(JSON.stringify(job))
    expect(one.out).toBe('{"id":"a","status":"infeasible"}\n')
    expect(one.failure).toMatchObject({ code: 3 })
    const listed = await run(['list', '--limit', '2'], {
      status: 200,
      body: { items: [{ id: 'a' }, { id: 'b' }] },
    })
    expect(listed.out).toBe('{"id":"a"}\n{"id":"b"}\n')
    expect((await run(['show', 'a b'])).sent[0]!.url).toMatch(/jobs\/a%20b$/)
    expect((await run(['cancel', 'a'])).sent[0]).toMatchObject({ method: 'DELETE' })
  })

  it('says in one line what the service or the disk refuses', async () => {
    const refused = await run(['show', 'x'], { status: 404, body: { detail: 'there is no job x' } })
    expect(String(refused.failure)).toMatch(/there is no job x/)
    expect(String((await run(['show', 'x'], { status: 409, body: {} })).failure)).toMatch(
      /answered 409/,
    )
    expect(String((await run(['submit', join(folder, 'none')])).failure)).toMatch(/no such file/)
  })
})
