import { writeFileSync } from 'node:fs'
import { Command } from 'commander'
import {
  type CatalogueModel,
  catalogueModel,
  catalogueModels,
  fitPlot,
  fittedCatalogueModel,
  operatingPoints,
} from '../../fitting/index.ts'
import type { CliIo } from '../io.ts'
import { positiveNumber } from '../number-option.ts'
import { plainTable } from '../plain-table.ts'

interface ShowOptions {
  readonly json?: true
  readonly plot?: string
  readonly tpot: string
  readonly ttft: string
  readonly input: string
  readonly output: string
}

/** `gridtide models list|show`: what the catalogue knows, and how well. */
export function modelsCommand(io: CliIo): Command {
  const models = new Command('models').description('fitted models of the catalogue')
  models
    .command('list')
    .description('every fitted (model, GPU, number format)')
    .option('--json', 'print data instead of a table')
    .action((options: { json?: true }) => {
      io.out(options.json ? `${JSON.stringify(catalogueModels.map(about), null, 2)}\n` : listed())
    })
  models
    .command('show')
    .argument('<id>', 'e.g. Qwen/Qwen3-32B@H100:bf16')
    .description('operating points of one entry under an SLO')
    .option('--tpot <ms>', 'p95 time per output token', '50')
    .option('--ttft <ms>', 'p95 time to first token', '2000')
    .option('--input <tokens>', 'mean prompt', '500')
    .option('--output <tokens>', 'mean answer', '300')
    .option('--plot <file>', 'write measured against predicted as SVG')
    .option('--json', 'print data instead of a table')
    .action((id: string, options: ShowOptions) => {
      const entry = catalogueModel(id)
      const fitted = fittedCatalogueModel(entry)
      if (options.plot) writeFileSync(options.plot, fitPlot(entry, fitted))
      const points = operatingPoints({
        fitted,
        variants: 'auto',
        precision: entry.precision,
        workload: {
          inputTokens: positiveNumber('--input', options.input),
          outputTokens: positiveNumber('--output', options.output),
        },
        slo: {
          ttftP95Ms: positiveNumber('--ttft', options.ttft),
          tpotP95Ms: positiveNumber('--tpot', options.tpot),
        },
      })
      io.out(
        options.json
          ? `${JSON.stringify({ ...about(entry), points }, null, 2)}\n`
          : shown(entry, points),
      )
    })
  return models
}

const about = ({ settings: _, logStepMs: __, alpha: ___, ...rest }: CatalogueModel) => rest

function listed(): string {
  const table = plainTable(['model', 'runs', 'tok/s error', 'power error', 'source', 'date'])
  for (const { id, runs, errorPercent, source, date } of catalogueModels) {
    const [tokens, power] = [errorPercent.tokensPerSecond, errorPercent.power]
    table.push([id, runs, `${tokens.toFixed(1)} %`, `${power.toFixed(1)} %`, source, date])
  }
  return `${table.toString()}\n`
}

function shown(entry: CatalogueModel, points: ReturnType<typeof operatingPoints>): string {
  const table = plainTable(['variant', 'tok/s', 'W', 'J/token', 'TPOT p95', 'TTFT p95'])
  for (const point of points) {
    const joules = point.busyWatts / point.capacityTokensPerSecond
    table.push([
      point.id,
      point.capacityTokensPerSecond.toFixed(0),
      point.busyWatts.toFixed(0),
      `${joules.toFixed(3)} ±${(100 * point.logSdJoulesPerToken).toFixed(0)} %`,
      `${point.tpotP95Ms.toFixed(0)} ms`,
      `${point.ttftP95Ms.toFixed(0)} ms`,
    ])
  }
  const { id, runs, task, source, date } = entry
  const body = points.length > 0 ? table.toString() : 'no layout keeps these limits'
  return `${id}: ${runs} runs of ${task}, ${source}, ${date}\n${body}\n`
}
