import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import {
  findArchitecture,
  findGpu,
  type MeasuredRun,
  workloadInputTokens,
} from '../fitting/index.ts'
import { checkRun } from './check-run.ts'
import { parseShaped } from './parse-shaped.ts'
import { collect, type Reading, type RowOutcome } from './reading.ts'
import { precisionOf } from './tidy-csv.ts'

const Degree = Type.Integer({ minimum: 1 })

const Configuration = Type.Object({
  gpu_model: Type.String(),
  num_gpus: Degree,
  parallelization: Type.Object({ data_parallel: Degree, expert_parallel: Degree }),
  avg_batch_size: Type.Number(),
  avg_output_len: Type.Number(),
  output_throughput_tokens_per_sec: Type.Number(),
  energy_per_token_joules: Type.Number(),
  avg_power_watts: Type.Optional(Type.Number()),
  median_itl_ms: Type.Number(),
  p95_itl_ms: Type.Number(),
})

const ModelDetail = Type.Object({
  model_id: Type.String({ minLength: 1 }),
  task: Type.String(),
  weight_precision: Type.String(),
  total_params_billions: Type.Number({ exclusiveMinimum: 0 }),
  activated_params_billions: Type.Number({ exclusiveMinimum: 0 }),
  configurations: Type.Array(Configuration),
})
type ModelDetail = Static<typeof ModelDetail>

const shape = Compile(ModelDetail)

/**
 * One model and task of the ML.ENERGY leaderboard, version 3 (`public/data/models/*.json` of
 * https://github.com/ml-energy/leaderboard). Power is of all GPUs of the replica, energy per output
 * token; an image or video model is another shape and refused.
 *
 * @throws InvalidInput naming the field
 */
export function readMlEnergy(text: string): Reading {
  const detail = parseShaped(text, shape, 'an ML.ENERGY model file')
  return collect(
    detail.configurations.map((configuration, row) => ({
      row,
      outcome: toRun(detail, configuration),
    })),
  )
}

function toRun(detail: ModelDetail, row: Static<typeof Configuration>): RowOutcome {
  const precision = precisionOf(detail.weight_precision)
  if (!precision) {
    return { reason: `weight_precision: unknown number format "${detail.weight_precision}"` }
  }
  const inputTokens = workloadInputTokens(detail.task)
  if (inputTokens === undefined) return { reason: `task: "${detail.task}" is not a known one` }
  const { data_parallel: dataParallel, expert_parallel: experts } = row.parallelization
  const tokensPerSecond = row.output_throughput_tokens_per_sec
  const run: MeasuredRun = {
    source: 'ml.energy-v3',
    model: detail.model_id,
    family: findArchitecture(detail.model_id)?.family ?? detail.model_id,
    gpu: findGpu(row.gpu_model)?.name ?? row.gpu_model,
    engine: 'vllm',
    task: detail.task,
    precision,
    // As in the CSV: GPUs that data parallelism does not explain hold slices, whatever of.
    tensorParallel: row.num_gpus / dataParallel,
    pipelineParallel: 1,
    dataParallel,
    expertParallel: experts > 1,
    batch: row.avg_batch_size,
    inputTokens,
    outputTokens: row.avg_output_len,
    paramsTotalBillions: detail.total_params_billions,
    paramsActiveBillions: detail.activated_params_billions,
    tokensPerSecond,
    itlMs: row.median_itl_ms,
    itlP95Ms: row.p95_itl_ms,
    powerWatts: row.avg_power_watts ?? row.energy_per_token_joules * tokensPerSecond,
  }
  return checkRun(run, row.energy_per_token_joules)
}
