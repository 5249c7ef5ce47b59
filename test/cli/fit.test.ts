import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fitCommand } from '../../services/cli/commands/fit.ts'
import type { CliIo } from '../../services/cli/io.ts'
import { runUnderLaw, settingOf } from '../fitting/law.ts'

const folder = mkdtempSync(join(tmpdir(), 'gridtide-fit-'))
const file = join(folder, 'runs.csv')
const rows = ['Qwen3-8B', 'Llama-3.1-8B'].flatMap((model) =>
  [8, 16, 32, 64, 128].map((batch) => runUnderLaw(model, 'H100', settingOf(1, batch))),
)
writeFileSync(
  file,
  [
    'model,gpu,precision,num_gpus,tp,avg_batch,input_len,output_len,throughput_tok_s,tpot_ms,tpot_p95_ms,avg_power_w',
    ...rows.map((r) =>
      [
        r.model,
        r.gpu,
        'bf16',
        1,
        1,
        r.batch,
        500,
        300,
        r.tokensPerSecond,
        r.itlMs,
        r.itlP95Ms,
        r.powerWatts,
      ].join(','),
    ),
    'Qwen3-8B,H100,fp7,1,1,8,500,300,100,1,2,300',
  ].join('\n'),
)

async function gridtideFit(...args: readonly string[]) {
  const said = { out: '', err: '' }
  const io: CliIo = {
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
    env: {},
    nowMs: () => Date.parse('2026-01-02T00:00:00Z'),
    isTty: false,
  }
  await fitCommand(io).parseAsync(args, { from: 'user' })
  return said
}

describe('gridtide fit', () => {
  it('learns a prior from a CSV, sets bad rows aside and judges it', async () => {
    const out = join(folder, 'prior.json')
    const said = await gridtideFit('prior', '--runs', file, '--out', out, '--report')
    expect(said.out).toMatch(/prior of 10 runs in 2 groups/)
    expect(said.out).toMatch(/families left out, 3 runs/)
    expect(said.err).toMatch(/row 12 set aside: precision/)
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({
      date: '2026-01-02',
      rows: 10,
      source: 'own runs',
    })
  }, 120_000)

  it('writes catalogue entries, in words and as data', async () => {
    const out = join(folder, 'models.json')
    expect((await gridtideFit('catalogue', '--runs', file, '--out', out)).out).toMatch(/2 entries/)
    const said = await gridtideFit('catalogue', '--runs', file, '--out', out, '--json')
    expect(JSON.parse(said.out)).toMatchObject({ entries: 2 })
    expect(JSON.parse(readFileSync(out, 'utf8')).models[0]).toMatchObject({
      id: 'Llama-3.1-8B@H100:bf16',
      runs: 5,
    })
  })
})
