import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { profileCommand } from '../../services/cli/commands/profile.ts'
import type { CliIo } from '../../services/cli/io.ts'
import { TIDY_COLUMNS } from '../../services/runs/index.ts'
import { inVirtualTime } from './virtual-endpoint.ts'

/** A streaming endpoint whose law is known: a token every STEP_MS per stream, WATTS in all. */
const STEP_MS = 25
const WATTS = 480
const LAW = { stepMs: STEP_MS, watts: WATTS }

let server: Server
let base = ''

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url?.startsWith('/gpu/get_power')) {
      response.end(JSON.stringify({ timestamp_ms: 1, power_mw: { 0: WATTS * 1e3 } }))
      return
    }
    if (request.url?.startsWith('/api/v1/query?query=DCGM_FI_DEV_POWER_USAGE')) {
      const result = [{ metric: { UUID: 'GPU-a' }, value: [1, String(WATTS)] }]
      response.end(JSON.stringify({ status: 'success', data: { result } }))
      return
    }
    if (request.url === '/metrics') {
      response.end(`# HELP x\nDCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-a"} ${WATTS}\n`)
      return
    }
    if (request.url !== '/v1/completions') {
      response.statusCode = request.url!.includes('busy') ? 503 : 404
      response.end()
      return
    }
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', async () => {
      const { max_tokens: tokens } = JSON.parse(body) as { max_tokens: number }
      const startMs = performance.now()
      for (let i = 1; i <= tokens && !response.destroyed; i++) {
        // By the clock, not by the last timer: a busy machine delays tokens but never the law.
        await sleep(Math.max(0, startMs + i * STEP_MS - performance.now()))
        response.write(`data: {"choices":[{"text":"x"}]}\n\n`)
      }
      response.end('data: [DONE]\n\n')
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

async function profile(...args: readonly string[]) {
  const said = { out: '', err: '' }
  const io: CliIo = {
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
    env: {},
    nowMs: Date.now,
    isTty: false,
  }
  const fixed = [
    '--endpoint',
    `${base}/v1`,
    '--model',
    'Qwen/Qwen3-8B',
    '--gpu',
    'H100',
    '--power',
    `dcgm:${base}/metrics`,
  ]
  const short = ['--input', '5', '--output', '2000', '--warm-up', '0.3', '--measure', '4']
  await profileCommand(io)
    .exitOverride()
    .parseAsync([...fixed, ...short, ...args], { from: 'user' })
  return said
}

const out = () => join(mkdtempSync(join(tmpdir(), 'gridtide-profile-')), 'runs.csv')
const near = (measured: number, injected: number) =>
  expect(Math.abs(measured / injected - 1)).toBeLessThan(0.01)

describe('gridtide profile', () => {
  it('measures the injected law within 1 %, resumes, and writes rows that read back', async () => {
    const file = out()
    const { out: text, err } = await inVirtualTime(LAW, () =>
      profile('--concurrency', '4', '--out', file, '--json'),
    )
    const [run] = JSON.parse(text)
    near(run.tokensPerSecond, (4 * 1e3) / STEP_MS)
    near(run.powerWatts, WATTS)
    near(run.itlMs, STEP_MS)
    near(run.batch, 4)
    expect(err).toMatch(/\[\.\] 1\/1 concurrency 4/)
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2)
    const again = await profile('--concurrency', '4,8', '--out', file, '--dry-run')
    expect(again.err).toMatch(/4: already measured/)
    expect(again.out).toMatch(/would measure 8/)
  })

  it('wants the spec of a GPU that the catalogue lacks before it measures', async () => {
    const asked = profile('--gpu', 'H900', '--out', out(), '--dry-run')
    await expect(asked).rejects.toThrow(/no GPU "H900" .*--gpu-spec FILE/)
  })

  it('takes no row of another GPU, and no row set aside, for a point that is done', async () => {
    const row = (gpu: string, concurrency: number, tokensPerSecond: number) =>
      `x,Qwen/Qwen3-8B,Qwen3-8B,bf16,${gpu},1,1,1,1,1,openai,5x2000,${concurrency},${concurrency},5,2000,${tokensPerSecond},,,,,`
    const file = out()
    const rows = [row('H100', 4, -1), row('H200', 8, 400), row('H100', 16, 800)]
    writeFileSync(file, [TIDY_COLUMNS, ...rows, ''].join('\n'))
    const said = await profile('--concurrency', '4,8,16', '--out', file, '--dry-run')
    expect(said.out).toMatch(/would measure 4, 8 into/)
    expect(said.err).toBe('16: already measured\n')
  })

  it('keeps runs under a cap apart, and writes none where the file has no place for it', async () => {
    const file = out()
    const cells = 'x,Qwen/Qwen3-8B,Qwen3-8B,bf16,H100,1,1,1,1,1,openai,5x2000'
    const row = (concurrency: number, cap: string) =>
      `${cells},${concurrency},${concurrency},5,2000,400,,,,,${cap}`
    writeFileSync(file, [TIDY_COLUMNS, row(4, ''), row(8, '400'), ''].join('\n'))
    const asked = ['--concurrency', '4,8', '--out', file, '--dry-run']
    expect((await profile(...asked)).out).toMatch(/would measure 8 into/)
    expect((await profile(...asked, '--power-cap', '400')).out).toMatch(/would measure 4 into/)
    await expect(profile(...asked, '--power-cap', 'much')).rejects.toThrow(/--power-cap/)
    writeFileSync(file, `${TIDY_COLUMNS.replace(',power_cap_w', '')}\n`)
    expect((await profile(...asked)).out).toMatch(/would measure 4, 8 into/)
    await expect(profile(...asked, '--power-cap', '400')).rejects.toThrow(/no column power_cap_w/)
  })

  it('loads at a rate, open loop, without power', async () => {
    const asked = ['--rate', '10', '--output', '8', '--power', 'none', '--out', out()]
    const { out: text } = await inVirtualTime(LAW, () => profile(...asked))
    const [, tokens] = /10: (\d+) token\/s/.exec(text)!
    near(Number(tokens), 10 * 8)
    expect(text).toMatch(/power not measured/)
  })

  it('meters by Prometheus and zeusd, and cycles through a length distribution', async () => {
    const lengths = join(mkdtempSync(join(tmpdir(), 'gridtide-lengths-')), 'lengths.csv')
    writeFileSync(lengths, 'input_tokens,output_tokens\n5,20\n15,40\n')
    for (const power of [`prometheus:${base}`, `zeusd:${base}/`]) {
      const { out: text } = await profile(
        ...['--power', power, '--gpus', '0', '--lengths', lengths, '--concurrency', '2'],
        ...['--measure', '1', '--out', out(), '--json'],
      )
      expect(JSON.parse(text)[0]).toMatchObject({
        powerWatts: expect.closeTo(WATTS, 6),
        inputTokens: 10,
        outputTokens: 30,
        task: '10x30',
      })
    }
    writeFileSync(lengths, 'input_tokens,output_tokens\n5,none\n')
    await expect(profile('--lengths', lengths, '--out', out())).rejects.toThrow(
      /lengths\.csv: row 2/,
    )
    writeFileSync(lengths, 'input_tokens,output_tokens\n')
    await expect(profile('--lengths', lengths, '--out', out())).rejects.toThrow(/no rows/)
  }, 120_000)

  it.each([
    [['--endpoint', 'nonsense'], /^--endpoint nonsense: expected an http/],
    [['--power', 'nvidia'], /^--power nvidia: no power source/],
    [['--concurrency', '8,x'], /^--concurrency 8,x: /],
    [['--rate', 'fast'], /^--rate fast: /],
    [['--warm-up', 'long'], /^--warm-up long: /],
    [['--measure', '0'], /^--measure 0: /],
    [['--lengths', '/nowhere.csv'], /^cannot read \/nowhere\.csv: /],
  ])('tells in a dry run what would not work: %j', async (args, message) => {
    await expect(profile(...args, '--out', out(), '--dry-run')).rejects.toThrow(message)
  })

  it('says what is wrong: refused, overloaded, bad lists and unknown meters', async () => {
    await expect(profile('--endpoint', `${base}/nowhere`, '--out', out())).rejects.toThrow(/404/)
    await expect(profile('--endpoint', `${base}/busy`, '--out', out())).rejects.toThrow(/503/)
    await expect(profile('--concurrency', '1,x', '--out', out())).rejects.toThrow(/positive/)
    await expect(profile('--power', 'guess', '--out', out())).rejects.toThrow(/^--power guess/)
    await expect(profile('--endpoint', 'http://127.0.0.1:9/v1', '--out', out())).rejects.toThrow(
      /^inference endpoint: no answer from http:\/\/127\.0\.0\.1:9\/v1\/completions: (?!fetch)/,
    )
    await expect(
      profile('--power', 'dcgm:http://127.0.0.1:9/metrics', '--out', out()),
    ).rejects.toThrow(/^power source: no answer from http:\/\/127\.0\.0\.1:9\/metrics: (?!fetch)/)
    await expect(profile('--precision', 'fp7')).rejects.toThrow(/--precision <name>.*bf16, fp8/)
  })
})
