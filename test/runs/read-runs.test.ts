import { describe, expect, it } from 'vitest'
import {
  averageRepeats,
  commandLines,
  meanPowerWatts,
  type RunContext,
  readPower,
  readRuns,
  zeusPowerWatts,
} from '../../services/runs/index.ts'
import { settingOf } from '../fitting/law.ts'

const HEAD =
  'source,model,family,precision,gpu,num_gpus,tp,pp,ep,dp,engine,task,phase,avg_batch,context_len,input_len,output_len,throughput_tok_s,tpot_ms,tpot_p95_ms,avg_power_w,energy_per_token_j'
const GOOD: Record<string, string> = {
  source: 'ml.energy-v3',
  model: 'Qwen/Qwen3-14B',
  family: 'Qwen3-14B',
  precision: 'bfloat16',
  gpu: 'h100_sxm',
  num_gpus: '2',
  tp: '1',
  pp: '1',
  ep: '2',
  dp: '1',
  engine: 'vllm',
  task: 'gpqa',
  avg_batch: '32',
  output_len: '1000',
  throughput_tok_s: '1600',
  tpot_ms: '19',
  tpot_p95_ms: '25',
  avg_power_w: '1000',
  energy_per_token_j: '0.625',
}
const csv = (...rows: Record<string, string>[]) =>
  [
    HEAD,
    ...rows.map((row) =>
      HEAD.split(',')
        .map((name) => ({ ...GOOD, ...row })[name] ?? '')
        .join(','),
    ),
  ].join('\n')
const reasonFor = (change: Record<string, string>) =>
  readRuns(csv(change), 'csv').quarantined[0]?.reason

describe('our CSV', () => {
  it('reads a row with its layout, canonical GPU and the workload it names', () => {
    const { runs, quarantined } = readRuns(csv({}), 'csv')
    expect(quarantined).toEqual([])
    expect(runs[0]).toMatchObject({
      gpu: 'H100',
      tensorParallel: 2,
      expertParallel: true,
      batch: 32,
      inputTokens: 250,
      powerWatts: 1000,
    })
  })

  it('takes a decode-only measurement at its context, without prompts', () => {
    const { runs } = readRuns(
      csv({
        phase: 'decode',
        task: '',
        context_len: '2048',
        output_len: '',
        gpu: 'X9',
        source: '',
        family: '',
        engine: '',
        energy_per_token_j: '',
      }),
      'csv',
    )
    expect(runs[0]).toMatchObject({
      contextTokens: 2048,
      inputTokens: 0,
      task: 'decode',
      gpu: 'X9',
      source: 'csv',
      engine: 'unknown',
      family: 'Qwen/Qwen3-14B',
    })
    expect(
      readRuns(csv({ phase: 'duty', task: '', context_len: '9' }), 'csv').runs[0],
    ).toMatchObject({ inputTokens: 0 })
  })

  it.each([
    [{ precision: 'fp7' }, /number format "fp7"/],
    [{ avg_batch: '' }, /avg_batch/],
    [{ task: 'secret' }, /input_len/],
    [{ num_gpus: '3', dp: '2' }, /no layout of whole GPUs/],
    [{ throughput_tok_s: '-1' }, /tokensPerSecond: -1/],
    [{ throughput_tok_s: 'fast' }, /tokensPerSecond: NaN/],
    [{ input_len: '-5' }, /inputTokens/],
    [{ tpot_ms: '0.019', tpot_p95_ms: '' }, /seconds\?/],
    [{ tpot_ms: '19000', tpot_p95_ms: '' }, /microseconds\?/],
    [{ tpot_p95_ms: '3' }, /itlP95Ms/],
    [{ avg_power_w: '1000000' }, /milliwatts/],
    [{ avg_power_w: '40' }, /below idle/],
    [{ avg_power_w: '6000', gpu: 'X9' }, /milliwatts, or a whole node/],
    [{ energy_per_token_j: '1.25' }, /power over throughput is 0\.6250/],
  ])('sets %o aside with the reason', (change, reason) => {
    expect(reasonFor(change)).toMatch(reason)
  })

  it('names row numbers as an editor shows them, and believes the others', () => {
    const { runs, quarantined } = readRuns(csv({}, { precision: 'fp7' }, {}), 'csv')
    expect(runs).toHaveLength(2)
    expect(quarantined[0]!.row).toBe(3)
  })

  it('refuses a file that is something else', () => {
    expect(() => readRuns('a,b\n1,2', 'csv')).toThrow(/lacks the column model/)
    expect(() => readRuns('', 'csv')).toThrow(/no rows/)
    expect(() => readRuns('a,"b\n1', 'csv')).toThrow(/not a CSV/)
  })

  it('reads latency without power', () => {
    const { runs } = readRuns(
      csv({ avg_power_w: '', energy_per_token_j: '', tpot_ms: '', tpot_p95_ms: '' }),
      'csv',
    )
    expect(runs[0]).not.toHaveProperty('powerWatts')
  })
})

describe('aiconfigurator rows', () => {
  const head =
    'id,backend,model_path,system,precision,mode,isl,osl,gemm_quant_mode,tp_size,pp_size,attention_dp_size,moe_ep_size,silicon_ttft_ms,silicon_tpot_ms,concurrency,src'
  const read = (...rows: string[]) => readRuns([head, ...rows].join('\n'), 'aiconfigurator')
  const row = 'a,vllm,Qwen/Qwen3-32B,h200_sxm,fp8,agg,1024,128,fp8,2,1,1,1,100,12.5,64,x'

  it('reads TPOT and TTFT at a concurrency', () => {
    expect(read(row).runs[0]).toMatchObject({
      gpu: 'H200',
      batch: 64,
      tokensPerSecond: 5120,
      ttftMs: 100,
      task: '1024x128',
      family: 'Qwen3-32B',
    })
  })

  it('sets repeats, split serving, unknown formats and idle rows aside', () => {
    const { runs, quarantined } = read(
      row,
      row.replace('a,', 'b,'),
      row.replace('agg', 'disagg'),
      row.replace('fp8,agg', 'fp3,agg'),
      row.replace('64,x', '0,x'),
      'e,vllm,foo/bar,x1,,agg,10,10,,1,,,,,10,8,y',
    )
    expect(runs.map(({ model }) => model)).toEqual(['Qwen/Qwen3-32B', 'foo/bar'])
    expect(runs[1]).toMatchObject({ precision: 'fp8', gpu: 'x1', family: 'foo/bar' })
    expect(quarantined.map(({ reason }) => reason.split(':')[0])).toEqual(
      ['repeats a (x)', 'mode', 'precision', 'batch'].map((r, i) =>
        i === 0 ? 'repeats b (x)' : r,
      ),
    )
  })
})

describe('serving benchmarks', () => {
  const context: RunContext = {
    model: 'Qwen/Qwen3-32B',
    gpu: 'H100',
    precision: 'bf16',
    tensorParallel: 2,
    powerWatts: 1100,
  }
  const vllm = {
    completed: 100,
    total_input_tokens: 50_000,
    total_output_tokens: 30_000,
    output_throughput: 2000,
    mean_tpot_ms: 30,
    mean_ttft_ms: 200,
    median_itl_ms: 28,
    p95_itl_ms: 45,
  }

  it('takes the batch from throughput and time per token', () => {
    const { runs } = readRuns(JSON.stringify(vllm), 'vllm', context)
    expect(runs[0]).toMatchObject({
      batch: 60,
      inputTokens: 500,
      outputTokens: 300,
      itlP95Ms: 45,
      powerWatts: 1100,
      family: 'Qwen3-32B',
    })
  })

  it('reads genai-perf and AIPerf, and refuses other units', () => {
    const ms = { unit: 'ms', avg: 30 }
    const genai = {
      output_token_throughput: { unit: 'tokens/sec', avg: 2000 },
      inter_token_latency: ms,
      time_to_first_token: ms,
      input_sequence_length: { avg: 500 },
      output_sequence_length: { avg: 300 },
    }
    const { powerWatts: _, ...unmetered } = context
    const { runs } = readRuns(JSON.stringify(genai), 'genai-perf', {
      ...unmetered,
      model: 'foo',
      gpu: 'X9',
    })
    expect(runs[0]).toMatchObject({ batch: 60, gpu: 'X9', family: 'foo' })
    const seconds = { ...genai, inter_token_latency: { unit: 's', avg: 0.03 } }
    expect(() => readRuns(JSON.stringify(seconds), 'genai-perf', context)).toThrow(
      /inter_token_latency/,
    )
  })

  it('refuses what is no result, or lacks its context', () => {
    expect(() => readRuns('{}', 'vllm', context)).toThrow(/not a vllm bench serve result/)
    expect(() => readRuns('{', 'vllm', context)).toThrow(/not JSON/)
    expect(() => readRuns('[]', 'genai-perf', context)).toThrow(/genai-perf/)
    expect(() => readRuns('{}', 'vllm')).toThrow(/needs the model/)
    expect(() => readRuns('{"completed":1')).toThrow(/not a file of runs: not JSON/)
  })
})

describe('power', () => {
  it('integrates nvidia-smi over exactly the window, all GPUs together', () => {
    const log = [
      'timestamp, index, power.draw [W]',
      '2026/01/01 00:00:00.000, 0, 100.00 W',
      '2026/01/01 00:00:00.000, 1, 300000 mW',
      '2026/01/01 00:00:10.000, 0, 200.00 W',
      '2026/01/01 00:00:10.000, 1, 300.00 W',
    ].join('\n')
    const samples = readPower(log, 'nvidia-smi')
    const start = Date.parse('2026-01-01T00:00:00Z')
    expect(meanPowerWatts(samples, start + 2000, start + 4000)).toBeCloseTo(130 + 300)
    expect(() => meanPowerWatts(samples, start - 1, start + 4000)).toThrow(/do not span/)
    expect(() => meanPowerWatts([], 0, 1)).toThrow(/no power samples/)
    expect(() => readPower(log.replace('100.00 W', '[N/A]'), 'nvidia-smi')).toThrow(/row 2/)
  })

  it('reads Prometheus and Zeus', () => {
    const answer = {
      data: {
        result: [
          {
            metric: { UUID: 'a' },
            values: [
              [0, '100'],
              [10, '300'],
              [20, '300'],
            ],
          },
          {
            metric: { instance: 'n', gpu: '1' },
            values: [
              [0, '50'],
              [20, '50'],
            ],
          },
        ],
      },
    }
    expect(meanPowerWatts(readPower(JSON.stringify(answer), 'prometheus'), 10_000, 20_000)).toBe(
      350,
    )
    expect(() => readPower('{}', 'prometheus')).toThrow(/query_range/)
    expect(() => readPower('{"a', 'prometheus')).toThrow(/query_range answer: not JSON/)
    expect(zeusPowerWatts('{"time":2,"gpu_energy":{"0":600,"1":400}}')).toBe(500)
    expect(() => zeusPowerWatts('{}')).toThrow(/Zeus/)
    expect(() => zeusPowerWatts('{"a')).toThrow(/Zeus measurement: not JSON/)
  })
})

describe('command lines', () => {
  it('name every degree of the layout', () => {
    const [serve, bench] = commandLines('m', {
      ...settingOf(2, 64),
      pipelineParallel: 2,
      dataParallel: 2,
      expertParallel: true,
    })
    expect(serve).toBe(
      'vllm serve m --dtype bfloat16 --tensor-parallel-size 2 --pipeline-parallel-size 2 --data-parallel-size 2 --enable-expert-parallel --max-num-seqs 64',
    )
    expect(bench).toContain('--max-concurrency 64')
    const fp8 = { ...settingOf(1, 8), precision: 'fp8' } as const
    expect(commandLines('m', fp8)[0]).toBe(
      'vllm serve m --quantization fp8 --tensor-parallel-size 1 --max-num-seqs 8',
    )
    expect(commandLines('m-FP8', fp8)[0]).toBe(
      'vllm serve m-FP8 --tensor-parallel-size 1 --max-num-seqs 8',
    )
  })
})

describe('repeats', () => {
  const [row] = readRuns(csv({}), 'csv').runs
  it('count once, as their mean, and settings that differ stay apart', () => {
    const { powerWatts: _, ...unmetered } = { ...row!, tokensPerSecond: row!.tokensPerSecond * 3 }
    const { powerWatts: __, ...other } = { ...row!, batch: row!.batch + 1 }
    const runs = averageRepeats([row!, other, unmetered])
    expect(runs).toHaveLength(2)
    expect(runs[0]!.tokensPerSecond).toBeCloseTo(2 * row!.tokensPerSecond, 9)
    expect(runs[0]!.powerWatts).toBe(row!.powerWatts)
    expect(runs[1]).toEqual(other)
  })
})
