import { gpusOf, type MeasuredRun } from '../fitting/index.ts'

/** Columns of the CSV that `readRuns` reads, in the order written. */
export const TIDY_COLUMNS =
  'source,model,family,precision,gpu,num_gpus,tp,pp,ep,dp,engine,task,concurrency,avg_batch,input_len,output_len,throughput_tok_s,ttft_ms,tpot_ms,tpot_p95_ms,avg_power_w,power_cap_w'

/**
 * One run as a line of that CSV; names are quoted where they must be.
 *
 * @param columns how many of the columns the file has: one that is older lacks the last
 */
export function tidyCsvLine(
  run: MeasuredRun,
  concurrency: number,
  columns: number = TIDY_COLUMNS.split(',').length,
): string {
  const gpus = gpusOf(run)
  return [
    run.source,
    run.model,
    run.family,
    run.precision,
    run.gpu,
    gpus,
    run.tensorParallel,
    run.pipelineParallel,
    run.expertParallel ? gpus : 1,
    run.dataParallel,
    run.engine,
    run.task,
    concurrency,
    run.batch,
    run.inputTokens,
    run.outputTokens,
    run.tokensPerSecond,
    run.ttftMs,
    run.itlMs,
    run.itlP95Ms,
    run.powerWatts,
    run.powerCapWatts,
  ]
    .slice(0, columns)
    .map((cell) => cellOf(cell))
    .join(',')
}

const cellOf = (value: string | number | undefined): string => {
  if (typeof value === 'number') return String(Number(value.toPrecision(7)))
  return value && /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : (value ?? '')
}
