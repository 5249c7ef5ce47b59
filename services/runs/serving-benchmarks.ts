import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { secondsFromMs } from '../domain/units.ts'
import { findArchitecture, findGpu, type MeasuredRun } from '../fitting/index.ts'
import { checkRun } from './check-run.ts'
import { parseShaped } from './parse-shaped.ts'
import { collect, type Reading } from './reading.ts'
import type { RunContext } from './run-context.ts'

const Positive = Type.Number({ exclusiveMinimum: 0 })

/** `vllm bench serve --save-result`; only what is used. */
const vllmShape = Compile(
  Type.Object({
    completed: Type.Integer({ minimum: 1 }),
    total_input_tokens: Type.Number({ minimum: 0 }),
    total_output_tokens: Positive,
    output_throughput: Positive,
    mean_tpot_ms: Positive,
    mean_ttft_ms: Positive,
    median_itl_ms: Type.Optional(Positive),
    p95_itl_ms: Type.Optional(Positive),
  }),
)

const latencyOf = (unit: string) =>
  Type.Object({
    unit: Type.Literal(unit),
    avg: Positive,
    p50: Type.Optional(Positive),
    p95: Type.Optional(Positive),
  })

/** `profile_export_genai_perf.json` and `profile_export_aiperf.json`, which share these fields. */
const genaiPerfShape = Compile(
  Type.Object({
    output_token_throughput: Type.Object({ unit: Type.Literal('tokens/sec'), avg: Positive }),
    inter_token_latency: latencyOf('ms'),
    time_to_first_token: latencyOf('ms'),
    input_sequence_length: Type.Object({ avg: Type.Number({ minimum: 0 }) }),
    output_sequence_length: Type.Object({ avg: Positive }),
  }),
)

/** One result of `vllm bench serve`. @throws InvalidInput naming the field */
export function readVllmBench(text: string, context: RunContext): Reading {
  const result = parseShaped(text, vllmShape, 'a vllm bench serve result')
  return toReading(context, 'vllm-bench', {
    inputTokens: result.total_input_tokens / result.completed,
    outputTokens: result.total_output_tokens / result.completed,
    tokensPerSecond: result.output_throughput,
    meanTpotMs: result.mean_tpot_ms,
    ttftMs: result.mean_ttft_ms,
    itlMs: result.median_itl_ms,
    itlP95Ms: result.p95_itl_ms,
  })
}

/** One result of genai-perf or AIPerf; units are checked, not guessed. @throws InvalidInput */
export function readGenaiPerf(text: string, context: RunContext): Reading {
  const result = parseShaped(text, genaiPerfShape, 'a genai-perf or AIPerf result')
  return toReading(context, 'genai-perf', {
    inputTokens: result.input_sequence_length.avg,
    outputTokens: result.output_sequence_length.avg,
    tokensPerSecond: result.output_token_throughput.avg,
    meanTpotMs: result.inter_token_latency.avg,
    ttftMs: result.time_to_first_token.avg,
    itlMs: result.inter_token_latency.p50,
    itlP95Ms: result.inter_token_latency.p95,
  })
}

interface Measured {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly tokensPerSecond: number
  readonly meanTpotMs: number
  readonly ttftMs: number
  readonly itlMs: number | undefined
  readonly itlP95Ms: number | undefined
}

/** The mean batch follows from throughput and mean time per token by Little's law. */
function toReading(context: RunContext, source: string, measured: Measured): Reading {
  const { meanTpotMs, itlMs, itlP95Ms, ...rest } = measured
  const run: MeasuredRun = {
    ...rest,
    ...(itlMs !== undefined && { itlMs }),
    ...(itlP95Ms !== undefined && { itlP95Ms }),
    ...(context.powerWatts !== undefined && { powerWatts: context.powerWatts }),
    source,
    model: context.model,
    family: context.family ?? findArchitecture(context.model)?.family ?? context.model,
    gpu: findGpu(context.gpu)?.name ?? context.gpu,
    engine: 'vllm',
    task: `${Math.round(rest.inputTokens)}x${Math.round(rest.outputTokens)}`,
    precision: context.precision,
    tensorParallel: context.tensorParallel,
    pipelineParallel: context.pipelineParallel ?? 1,
    dataParallel: context.dataParallel ?? 1,
    expertParallel: context.expertParallel ?? false,
    batch: rest.tokensPerSecond * secondsFromMs(meanTpotMs),
  }
  return collect([{ row: 0, outcome: checkRun(run) }])
}
