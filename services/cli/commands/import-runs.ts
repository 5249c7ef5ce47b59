import { existsSync, writeFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { InvalidInput } from '../../domain/errors.ts'
import type { Precision } from '../../domain/variant.ts'
import { findGpu, type MeasuredRun } from '../../fitting/index.ts'
import {
  meanPowerWatts,
  type PowerFormat,
  type RunContext,
  readPower,
  TIDY_COLUMNS,
  tidyCsvLine,
  zeusPowerWatts,
} from '../../runs/index.ts'
import type { CliIo } from '../io.ts'
import { positiveCount } from '../number-option.ts'
import { gpuOf } from '../of-catalogue.ts'
import { precisionOption } from '../precision-option.ts'
import { readRunsFile } from '../read-runs-files.ts'
import { namingFile, readText } from '../read-text.ts'

interface ImportOptions {
  readonly out: string
  readonly model?: string
  readonly gpu?: string
  readonly gpuSpec?: string
  readonly precision: Precision
  readonly tp: string
  readonly powerLog?: string
  readonly powerFormat: PowerFormat
  readonly from?: string
  readonly to?: string
  readonly zeus?: string
  readonly json?: true
}

/** `gridtide import`: results of other tools as runs, with power joined by time. */
export function importRunsCommand(io: CliIo): Command {
  return new Command('import')
    .description(
      'turn results of other tools into a file of runs; what cannot be true is set aside',
    )
    .argument(
      '<file...>',
      'our CSV or JSON, ML.ENERGY, aiconfigurator, vllm bench serve, genai-perf or AIPerf results',
    )
    .requiredOption('--out <file>', 'CSV of runs to write; must not exist')
    .option('--model <id>', 'model of a benchmark result that does not say it')
    .option('--gpu <name>', 'GPU of such a result')
    .option('--gpu-spec <file>', 'spec of it where the catalogue lacks it')
    .addOption(precisionOption('number format of such a result'))
    .option('--tp <n>', 'tensor parallel degree of such a result', '1')
    .option('--power-log <file>', 'power samples, joined by time; needs --from and --to')
    .addOption(
      new Option('--power-format <name>', 'what wrote the log')
        .choices(['nvidia-smi', 'prometheus'])
        .default('nvidia-smi'),
    )
    .option('--from <instant>', 'start of the measured window, ISO 8601')
    .option('--to <instant>', 'its end')
    .option('--zeus <file>', "a Zeus measurement's JSON instead of a log")
    .option('--json', 'print one line of data a file')
    .action((files: readonly string[], options: ImportOptions) => {
      if (existsSync(options.out)) throw new InvalidInput(`--out: ${options.out} exists`)
      const context = contextOf(options)
      const lines = files.flatMap((path) => {
        const { runs, quarantined } = readRunsFile(path, io, context)
        sayUnknownGpus(path, runs, context, io)
        const counts = { runs: runs.length, setAside: quarantined.length }
        io.out(
          options.json
            ? `${JSON.stringify({ file: path, ...counts })}\n`
            : `${path}: ${counts.runs} runs, ${counts.setAside} set aside\n`,
        )
        return runs.map((run) => tidyCsvLine(run, run.batch))
      })
      writeFileSync(options.out, `${[TIDY_COLUMNS, ...lines].join('\n')}\n`)
    })
}

/** Runs of a GPU that nobody described are kept, but whoever uses them must describe it. */
function sayUnknownGpus(
  path: string,
  runs: readonly MeasuredRun[],
  context: RunContext | undefined,
  io: CliIo,
): void {
  for (const name of new Set(runs.map(({ gpu }) => gpu))) {
    if (findGpu(name) || name === context?.gpu) continue
    io.err(
      `${path}: no GPU "${name}" in the catalogue: its watts are hardly checked, and \`next-run\` will want its --gpu-spec\n`,
    )
  }
}

function contextOf(options: ImportOptions): RunContext | undefined {
  const { model, gpu, gpuSpec, precision, tp } = options
  if (model === undefined || (gpu ?? gpuSpec) === undefined) return undefined
  const powerWatts = powerOf(options)
  return {
    model,
    gpu: gpuOf(gpu ?? '', gpuSpec).name,
    precision,
    tensorParallel: positiveCount('--tp', tp),
    ...(powerWatts !== undefined && { powerWatts }),
  }
}

function powerOf({ zeus, powerLog, powerFormat, from, to }: ImportOptions): number | undefined {
  if (zeus !== undefined) {
    const text = readText(zeus)
    return namingFile(zeus, () => zeusPowerWatts(text))
  }
  if (powerLog === undefined) return undefined
  const log = readText(powerLog)
  const samples = namingFile(powerLog, () => readPower(log, powerFormat))
  return meanPowerWatts(samples, instantMs('--from', from), instantMs('--to', to))
}

function instantMs(option: string, text: string | undefined): number {
  const ms = Date.parse(text ?? '')
  if (Number.isNaN(ms)) throw new InvalidInput(`${option}: "${text ?? ''}" is no instant`)
  return ms
}
