import { findArchitecture, findGpu, type MeasuredRun } from '../fitting/index.ts'
import { checkRun } from './check-run.ts'
import { collect, type Reading, type RowOutcome } from './reading.ts'
import { parseCsv, precisionOf } from './tidy-csv.ts'

type Row = Readonly<Record<string, string>>

/**
 * Measured rows of NVIDIA's aiconfigurator (`silicon_sample.csv`): TTFT and TPOT of aggregated
 * serving at a fixed concurrency. Disaggregated rows describe two pools at once and are set aside.
 */
export function readAiconfigurator(text: string): Reading {
  const seen = new Set<string>()
  return collect(
    parseCsv(text).map((row, i) => {
      const { id, src, ...content } = row
      const key = JSON.stringify(content)
      const repeated = seen.has(key)
      seen.add(key)
      return { row: i + 2, outcome: repeated ? { reason: `repeats ${id} (${src})` } : toRun(row) }
    }),
  )
}

function toRun(row: Row): RowOutcome {
  if (row.mode !== 'agg') return { reason: `mode: ${row.mode} is not aggregated serving` }
  // Published checkpoints of these families are fp8 where the column is empty and says nothing.
  const precision = precisionOf(row.precision || row.gemm_quant_mode || 'fp8')
  if (!precision) return { reason: `precision: unknown number format "${row.precision}"` }
  const batch = Number(row.concurrency)
  const tpotMs = Number(row.silicon_tpot_ms)
  const model = row.model_path!
  const ttftMs = Number(row.silicon_ttft_ms)
  const run: MeasuredRun = {
    source: 'aiconfigurator',
    model,
    family: findArchitecture(model)?.family ?? model,
    gpu: findGpu(row.system!)?.name ?? row.system!,
    engine: row.backend!,
    task: `${row.isl}x${row.osl}`,
    precision,
    tensorParallel: Number(row.tp_size),
    pipelineParallel: Number(row.pp_size || 1),
    dataParallel: Number(row.attention_dp_size || 1),
    expertParallel: Number(row.moe_ep_size || 1) > 1,
    batch,
    inputTokens: Number(row.isl),
    outputTokens: Number(row.osl),
    tokensPerSecond: (1000 * batch) / tpotMs,
    ...(ttftMs > 0 && { ttftMs }),
  }
  return checkRun(run)
}
