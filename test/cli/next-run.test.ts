import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nextRunCommand } from '../../services/cli/commands/next-run.ts'
import type { CliIo } from '../../services/cli/io.ts'

const folder = mkdtempSync(join(tmpdir(), 'gridtide-next-'))
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

function run(...args: readonly string[]) {
  const said = { out: '', err: '' }
  const io: CliIo = {
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
    env: {},
    nowMs: () => 0,
    isTty: false,
  }
  nextRunCommand(io).exitOverride().parse(args, { from: 'user' })
  return said
}

describe('gridtide next-run', () => {
  it('prints commands to paste', () => {
    const { out } = run('--model', 'Qwen/Qwen3-32B', '--gpu', 'H100', '--max-runs', '2')
    expect(out.match(/^vllm serve Qwen\/Qwen3-32B /gm)).toHaveLength(2)
    expect(out.match(/^vllm bench serve /gm)).toHaveLength(2)
  })

  it('knows a calibrated engine from a serving one', () => {
    const adviceFor = (...more: readonly string[]) =>
      run('--model', 'Qwen/Qwen3-32B', '--gpu', 'H200', '--json', ...more).out
    expect(adviceFor('--engine', 'vllm')).toBe(adviceFor())
    expect(adviceFor('--engine', 'gridtide-gpu-bench')).not.toBe(adviceFor())
  })

  it('weighs runs by the chance that a planner would take them', () => {
    const ask = (...more: readonly string[]) =>
      JSON.parse(run('--model', 'Qwen/Qwen3-32B', '--gpu', 'H100', '--json', ...more).out)
    const strict = ask('--tpot', '15')
    expect(strict.runs).not.toEqual(ask().runs)
    expect(strict).toEqual(ask('--tpot', '15'))
    expect(() => ask('--tpot', 'soon')).toThrow(/--tpot soon: expected a number above 0/)
  })

  it('says which option or file it cannot use', () => {
    const ask = (...more: readonly string[]) =>
      run('--model', 'Qwen/Qwen3-32B', '--gpu', 'H100', ...more)
    expect(() => ask('--max-runs', 'few')).toThrow('--max-runs few: expected a number above 0')
    expect(() => ask('--max-gpus', '1.5')).toThrow('--max-gpus 1.5: expected a whole number')
    expect(() => ask('--precision', 'fp7')).toThrow(/--precision <name>.*bf16, fp8, mxfp4/)
    expect(() => run('--model', 'own/Qwen9', '--gpu', 'H100')).toThrow(
      /no model "own\/Qwen9".*; or describe it by --arch FILE or --params BILLIONS/,
    )
    expect(() => run('--model', 'Qwen/Qwen3-32B', '--gpu', 'X9')).toThrow(/--gpu-spec FILE/)
    expect(() => ask('--input', '-1')).toThrow('--input -1: expected a number above 0')
    expect(() => ask('--arch', join(folder, 'none.json'))).toThrow(/none\.json: no such file/)
    expect(() => ask('--gpu-spec', write('bad.json', '{'))).toThrow(/bad\.json: no JSON/)
    expect(() => ask('--gpu-spec', write('noname.json', '{}'))).toThrow(/noname\.json: \/name of/)
    expect(() => ask('--arch', write('bare.json', '{"hidden_size":64}'))).toThrow(
      /bare\.json: .*num_hidden_layers/,
    )
    expect(() => ask('--runs', join(folder, 'none.csv'))).toThrow(/none\.csv: no such file/)
  })

  it('takes runs made so far, and says which it cannot use', () => {
    const runs = write(
      'runs.csv',
      'model,gpu,precision,num_gpus,tp,avg_batch,input_len,output_len,throughput_tok_s\nQwen/Qwen3-32B,H100,bf16,2,2,64,500,300,2000\nx,H100,fp7,1,1,1,1,1,1',
    )
    const before = JSON.parse(run('--model', 'Qwen/Qwen3-32B', '--gpu', 'H100', '--json').out)
    const { out, err } = run('--model', 'Qwen/Qwen3-32B', '--gpu', 'H100', '--runs', runs, '--json')
    expect(JSON.parse(out).worstLogSd).toBeLessThan(before.worstLogSd)
    expect(err).toMatch(/row 3 set aside/)
  })

  it('knows any model by its config.json and any GPU by its spec, and says what is estimated', () => {
    const arch = write(
      'config.json',
      JSON.stringify({
        num_hidden_layers: 32,
        hidden_size: 4096,
        num_attention_heads: 32,
        num_key_value_heads: 8,
        intermediate_size: 14336,
        vocab_size: 128256,
      }),
    )
    const spec = write(
      'gpu.json',
      JSON.stringify({
        name: 'X1',
        memoryGb: 96,
        bandwidthGbPerSecond: 4000,
        bf16Tflops: 900,
        fp8Tflops: 1800,
        linkGbPerSecond: 400,
        tdpWatts: 600,
        idleWatts: 60,
        loadedIdleWatts: 110,
      }),
    )
    const { out } = run('--model', 'me/mine', '--gpu', 'X1', '--arch', arch, '--gpu-spec', spec)
    expect(out).toMatch(/^X1: from a spec file/)
  })

  it('estimates a model from its parameter counts, and says so', () => {
    const ask = (params: string) => run('--model', 'a/b', '--gpu', 'H100', '--params', params).out
    expect(ask('22')).toMatch(/^layers, width and cache of a\/b are estimated/)
    expect(ask('30.5/3.3')).toMatch(/^vllm serve a\/b /m)
    expect(() => ask('many')).toThrow(/^--params many: expected a number above 0/)
  })

  it('says when nothing fits', () => {
    expect(() =>
      run('--model', 'meta-llama/Llama-3.1-405B-Instruct', '--gpu', 'L4', '--max-gpus', '1'),
    ).toThrow(/fits no layout of 1 L4/)
  })
})
