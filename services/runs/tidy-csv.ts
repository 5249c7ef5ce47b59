import { parse } from 'csv-parse/sync'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { InvalidInput } from '../domain/errors.ts'
import type { Precision } from '../domain/variant.ts'
import { findGpu, type MeasuredRun, workloadInputTokens } from '../fitting/index.ts'
import { checkRun } from './check-run.ts'
import { parseShaped } from './parse-shaped.ts'
import { collect, type Reading, type RowOutcome } from './reading.ts'

type Row = Readonly<Record<string, string>>

const REQUIRED = ['model', 'gpu', 'precision', 'num_gpus', 'throughput_tok_s'] as const

/** What frameworks call number formats. nvfp4 counts as mxfp4: both are 4 bit with block scales. */
const PRECISIONS: Readonly<Record<string, Precision>> = {
  bfloat16: 'bf16',
  bf16: 'bf16',
  float16: 'bf16',
  fp16: 'bf16',
  fp8: 'fp8',
  fp8_block: 'fp8',
  mxfp4: 'mxfp4',
  nvfp4: 'mxfp4',
  fp4: 'mxfp4',
  int8: 'int8',
  int4: 'int4',
  int4_wo: 'int4',
  awq: 'int4',
  gptq: 'int4',
}

export const precisionOf = (name: string): Precision | undefined => PRECISIONS[name.toLowerCase()]

/**
 * Runs from a CSV with the unit in every column name: our own files and the ML.ENERGY extract.
 * Powers are of the whole replica (`avg_power_w`), rates are output tokens.
 *
 * @throws InvalidInput where the file as a whole is not such a CSV
 */
export function readTidyCsv(text: string): Reading {
  return readTidyRows(parseCsv(text), 2)
}

const rowsShape = Compile(
  Type.Array(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Null()]))),
)

/**
 * The same rows as a JSON array of objects, numbers as numbers; null is an empty cell.
 *
 * @throws InvalidInput where the file as a whole is not such an array
 */
export function readTidyJson(text: string): Reading {
  const rows = parseShaped(text, rowsShape, 'an array of runs')
  return readTidyRows(
    rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, `${cell ?? ''}`])),
    ),
    0,
  )
}

/** @param firstRow number of the first row, as its file counts them */
function readTidyRows(rows: readonly Row[], firstRow: number): Reading {
  const missing = REQUIRED.filter((column) => rows[0] && !(column in rows[0]))
  if (rows.length === 0) throw new InvalidInput('the file has no rows')
  if (missing.length > 0) throw new InvalidInput(`the file lacks the column ${missing.join(', ')}`)
  return collect(rows.map((row, i) => ({ row: i + firstRow, outcome: toRun(row) })))
}

export function parseCsv(text: string): readonly Row[] {
  try {
    return parse(text, { columns: true, skip_empty_lines: true, trim: true, bom: true })
  } catch (error) {
    throw new InvalidInput(`not a CSV: ${(error as Error).message}`)
  }
}

const number = (cell: string | undefined): number | undefined =>
  cell === undefined || cell === '' ? undefined : Number(cell)

function toRun(row: Row): RowOutcome {
  const precision = precisionOf(row.precision!)
  if (!precision) return { reason: `precision: unknown number format "${row.precision}"` }
  const batch = number(row.avg_batch) ?? number(row.concurrency)
  if (batch === undefined) return { reason: 'avg_batch, concurrency: both empty' }
  const lengths = lengthsOf(row)
  if (!lengths) return { reason: 'input_len, output_len: empty, and the task is not a known one' }
  const run: MeasuredRun = {
    ...namesOf(row),
    precision,
    ...layoutOf(row),
    batch,
    ...lengths,
    tokensPerSecond: Number(row.throughput_tok_s),
    ...optional('paramsTotalBillions', number(row.params_total_b)),
    ...optional('paramsActiveBillions', number(row.params_active_b)),
    ...optional('itlMs', number(row.tpot_ms)),
    ...optional('itlP95Ms', number(row.tpot_p95_ms)),
    ...optional('ttftMs', number(row.ttft_ms)),
    ...optional('powerWatts', number(row.avg_power_w)),
    ...optional('powerCapWatts', number(row.power_cap_w)),
    ...optional('smClockMhz', number(row.sm_clock_mhz)),
  }
  return checkRun(run, number(row.energy_per_token_j))
}

const namesOf = (row: Row) => ({
  source: row.source || 'csv',
  model: row.model!,
  family: row.family || row.model!,
  gpu: findGpu(row.gpu!)?.name ?? row.gpu!,
  engine: row.engine || 'unknown',
  task: row.task || row.phase || 'unnamed',
})

/** A decode-only measurement has a context and no prompts in its steps. */
function lengthsOf(
  row: Row,
): Pick<MeasuredRun, 'inputTokens' | 'outputTokens' | 'contextTokens'> | undefined {
  const context = number(row.context_len)
  const inputTokens = number(row.input_len) ?? workloadInputTokens(row.task ?? '')
  const outputTokens = number(row.output_len)
  if (context !== undefined) {
    const prompts = row.phase === 'decode' ? 0 : (inputTokens ?? 0)
    return { inputTokens: prompts, outputTokens: outputTokens ?? 1, contextTokens: context }
  }
  if (inputTokens === undefined || outputTokens === undefined) return undefined
  return { inputTokens, outputTokens }
}

/**
 * GPUs that the tensor and pipeline degrees do not explain hold experts or attention replicas: the
 * ML.ENERGY files write an expert-parallel replica of 8 as tp 1, ep 8.
 */
function layoutOf(row: Row) {
  const gpus = Number(row.num_gpus)
  const pipelineParallel = number(row.pp) ?? 1
  const dataParallel = number(row.dp) ?? 1
  return {
    tensorParallel: gpus / (pipelineParallel * dataParallel),
    pipelineParallel,
    dataParallel,
    expertParallel: (number(row.ep) ?? 1) > 1,
  }
}

const optional = <K extends keyof MeasuredRun>(key: K, value: number | undefined) =>
  value === undefined ? {} : ({ [key]: value } as Pick<MeasuredRun, K>)
