import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCli } from '../../services/cli/run-cli.ts'
import { readRuns } from '../../services/runs/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'gridtide-import-'))
const file = (name: string, content: unknown): string => {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
let made = 0
async function imported(...args: readonly string[]) {
  const said = { out: '', err: '' }
  const out = join(folder, `out-${made++}.csv`)
  const io = {
    out: (text: string) => {
      said.out += text
    },
    err: (text: string) => {
      said.err += text
    },
    env: {},
    nowMs: Date.now,
    isTty: false,
  }
  const code = await runCli(['import', '--out', out, ...args], io)
  const written = code === 0 ? readFileSync(out, 'utf8') : ''
  const runs = written.split('\n').length > 2 ? readRuns(written).runs : []
  return { code, runs, path: out, ...said }
}

const configuration = {
  gpu_model: 'H100',
  num_gpus: 4,
  parallelization: { data_parallel: 1, expert_parallel: 4, tensor_parallel: 1, notes: '' },
  avg_batch_size: 127.9,
  avg_output_len: 862.5,
  output_throughput_tokens_per_sec: 2294.88,
  energy_per_token_joules: 1.1008,
  avg_power_watts: 2526.27,
  median_itl_ms: 53.13,
  p95_itl_ms: 60.41,
}
const mlEnergy = {
  model_id: 'Qwen/Qwen3-235B-A22B-Instruct-2507-FP8',
  task: 'lm-arena-chat',
  weight_precision: 'fp8',
  total_params_billions: 235,
  activated_params_billions: 22,
  configurations: [
    configuration,
    { ...configuration, avg_power_watts: 2526270 },
    { ...configuration, median_itl_ms: 0.05313, p95_itl_ms: 0.06 },
  ],
}
const bench = {
  completed: 100,
  total_input_tokens: 50_000,
  total_output_tokens: 20_000,
  output_throughput: 1600,
  mean_tpot_ms: 20,
  mean_ttft_ms: 100,
  median_itl_ms: 19,
  p95_itl_ms: 24,
}
const told = ['--model', 'Qwen/Qwen3-8B', '--gpu', 'H100']

describe('gridtide import', () => {
  it('reads an ML.ENERGY model file and sets milliwatts and seconds aside', async () => {
    const { code, runs, err, path } = await imported(file('ml.json', mlEnergy))
    expect(code).toBe(0)
    expect(runs).toHaveLength(1)
    expect(runs[0]).toMatchObject({
      model: mlEnergy.model_id,
      precision: 'fp8',
      tensorParallel: 4,
      expertParallel: true,
      task: 'lm-arena-chat',
      batch: 127.9,
      powerWatts: 2526.27,
    })
    expect(err).toMatch(/row 1 set aside: powerWatts: .* milliwatts/)
    expect(err).toMatch(/row 2 set aside: itlMs: .* seconds/)
    expect((await imported(path)).runs).toEqual(runs)
  })

  it('takes power from energy where the file has none, and names what it does not know', async () => {
    const { avg_power_watts: _, ...bare } = configuration
    const { runs } = await imported(file('bare.json', { ...mlEnergy, configurations: [bare] }))
    expect(runs[0]!.powerWatts).toBeCloseTo(1.1008 * 2294.88, 0)
    const odd = { ...mlEnergy, weight_precision: 'fp3' }
    expect((await imported(file('odd.json', odd))).err).toMatch(/weight_precision: unknown/)
    const task = { ...mlEnergy, task: 'poetry' }
    expect((await imported(file('task.json', task))).err).toMatch(/task: "poetry"/)
    const broken = { ...mlEnergy, configurations: [{ ...configuration, num_gpus: 'four' }] }
    const { code, err } = await imported(file('broken.json', broken))
    expect([code, err]).toEqual([1, expect.stringContaining('/configurations/0/num_gpus')])
  })

  it('joins the power of a log to a benchmark by time', async () => {
    const log = file(
      'power.csv',
      ['timestamp, index, power.draw [W]']
        .concat([0, 1, 2, 3, 4].map((s) => `2026/01/01 00:00:0${s}.000, 0, ${s < 2 ? 100 : 600} W`))
        .join('\n'),
    )
    const window = ['--from', '2026-01-01T00:00:02Z', '--to', '2026-01-01T00:00:04Z']
    const path = file('bench.json', bench)
    const { runs } = await imported(path, ...told, '--power-log', log, ...window)
    expect(runs[0]).toMatchObject({ powerWatts: 600, batch: 32, inputTokens: 500 })
    const bad = await imported(path, ...told, '--power-log', log)
    expect(bad.err).toMatch(/--from: "" is no instant/)
    const zeus = file('zeus.json', { time: 10, gpu_energy: { 0: 5500 } })
    expect((await imported(path, ...told, '--zeus', zeus)).runs[0]!.powerWatts).toBe(550)
  })

  it('tells formats apart, and asks for what a result does not say', async () => {
    expect((await imported(file('b.json', bench))).err).toMatch(
      /b\.json: a vllm result needs the model, GPU and layout/,
    )
    const genai = {
      output_token_throughput: { unit: 'tokens/sec', avg: 1600 },
      inter_token_latency: { unit: 'ms', avg: 20 },
      time_to_first_token: { unit: 'ms', avg: 100 },
      input_sequence_length: { avg: 500 },
      output_sequence_length: { avg: 200 },
    }
    const { runs } = await imported(file('g.json', genai), ...told)
    expect(runs[0]).toMatchObject({ batch: 32, tokensPerSecond: 1600 })
    const row = {
      model: 'Qwen/Qwen3-8B',
      gpu: 'H100',
      precision: 'bf16',
      num_gpus: 1,
      avg_batch: 8,
      input_len: 500,
      output_len: 200,
      throughput_tok_s: 800,
      tpot_ms: null,
    }
    const own = await imported(file('own.json', [row, { ...row, num_gpus: 0.5 }]))
    expect(own.runs).toHaveLength(1)
    expect(own.err).toMatch(/row 1 set aside: num_gpus/)
    const silicon = `model_path,mode,precision,concurrency,silicon_tpot_ms,silicon_ttft_ms,system,backend,isl,osl,tp_size
Qwen/Qwen3-32B,agg,fp8,16,20,100,h100_sxm,vllm,1000,500,2`
    expect((await imported(file('s.csv', silicon))).runs[0]).toMatchObject({ batch: 16 })
  })

  it('says which file it cannot read', async () => {
    const { code, err } = await imported(join(folder, 'none.json'))
    expect([code, err]).toEqual([1, expect.stringMatching(/none\.json: no such file/)])
    const tp = await imported(file('tp.json', bench), ...told, '--tp', 'two')
    expect(tp.err).toMatch(/--tp two: expected a number above 0/)
    const precision = await imported(file('tp.json', bench), ...told, '--precision', 'fp7')
    expect(precision.err).toMatch(/--precision <name>.*Allowed choices are bf16, fp8/)
  })

  it('takes a GPU that nobody knows by its spec alone, and names the nearest', async () => {
    const path = file('unknown.json', bench)
    const unknown = await imported(path, '--model', 'Qwen/Qwen3-8B', '--gpu', 'H900')
    expect(unknown.code).toBe(1)
    expect(unknown.err).toMatch(/no GPU "H900" in the catalogue; nearest: .*--gpu-spec FILE/)
    expect(existsSync(unknown.path)).toBe(false)
    const numbers = { memoryGb: 80, bandwidthGbPerSecond: 3000, bf16Tflops: 900, fp8Tflops: 1800 }
    const watts = { linkGbPerSecond: 400, tdpWatts: 600, idleWatts: 60, loadedIdleWatts: 100 }
    const spec = file('h900.json', { name: 'H900', ...numbers, ...watts })
    const described = await imported(path, '--model', 'Qwen/Qwen3-8B', '--gpu-spec', spec)
    expect([described.runs[0]!.gpu, described.err]).toEqual(['H900', ''])
    const again = await imported(described.path)
    expect(again.err).toMatch(/out-\d+\.csv: no GPU "H900" in the catalogue/)
    expect(again.runs).toHaveLength(1)
  })

  it('overwrites nothing', async () => {
    const path = file('again.json', [])
    const { err } = await imported(path, '--out', path)
    expect(err).toMatch(/exists/)
  })
})
