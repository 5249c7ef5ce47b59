import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fitCommand } from '../../services/cli/commands/fit.ts'
import type { CliIo } from '../../services/cli/io.ts'
import { runUnderLaw, settingOf } from '../fitting/law.ts'

const folder = mkdtempSync(join(tmpdir(), 'gridtide-fit-'))
const file = join(folder, 'runs.csv')
const rows = ['Qwen3-8B', 'Llama-3.1-8B'].flatMap((model) =>
  [8, 12, 16, 24, 32, 48, 64, 96, 128, 192].map((batch) =>
    runUnderLaw(model, 'H100', settingOf(1, batch)),
  ),
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
    expect(said.out).toMatch(/prior of 20 runs in 2 groups/)
    expect(said.out).toMatch(/families left out, 3 runs/)
    expect(said.err).toMatch(/row 22 set aside: precision/)
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({
      date: '2026-01-02',
      rows: 20,
      source: 'own runs',
    })
  }, 120_000)

  it('writes catalogue entries, in words and as data', async () => {
    const out = join(folder, 'models.json')
    expect((await gridtideFit('catalogue', '--runs', file, '--out', out)).out).toMatch(/2 entries/)
    const said = await gridtideFit('catalogue', '--runs', file, '--out', out, '--force', '--json')
    expect(JSON.parse(said.out)).toMatchObject({ entries: 2 })
    expect(JSON.parse(readFileSync(out, 'utf8')).models[0]).toMatchObject({
      id: 'Llama-3.1-8B@H100:bf16',
      runs: 10,
    })
  })

  it('writes over nothing that is there, and says so before it learns', async () => {
    const out = join(folder, 'kept.json')
    writeFileSync(out, 'mine')
    for (const what of ['prior', 'catalogue']) {
      const refused = gridtideFit(what, '--runs', file, '--out', out)
      await expect(refused).rejects.toThrow(/--out: .*kept\.json is there already: .*--force/)
    }
    expect(readFileSync(out, 'utf8')).toBe('mine')
  })

  it('learns no prior from two runs, and writes none', async () => {
    const [few, out] = [join(folder, 'few.csv'), join(folder, 'few.json')]
    writeFileSync(few, readFileSync(file, 'utf8').split('\n').slice(0, 3).join('\n'))
    await expect(gridtideFit('prior', '--runs', few, '--out', out)).rejects.toThrow(
      /--runs: a prior takes at least 20 runs with power, of 2 model families or more; these are 2, of 1/,
    )
    expect(existsSync(out)).toBe(false)
  })
})
