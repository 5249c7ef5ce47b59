import { existsSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { InvalidInput } from '../../domain/errors.ts'
import {
  buildCatalogue,
  energySpreadOf,
  familyFolds,
  groupRuns,
  judgePrior,
  learnPrior,
  type PriorReport,
  shippedPrior,
  type TrainingGroup,
  tooFewForPrior,
} from '../../fitting/index.ts'
import { averageRepeats } from '../../runs/index.ts'
import type { CliIo } from '../io.ts'
import { readRunsFiles } from '../read-runs-files.ts'

const REPORTED_RUNS = [0, 3, 5]

interface FitOptions {
  readonly runs: readonly string[]
  readonly out: string
  readonly force?: true
  readonly source?: string
  readonly report?: true
  readonly json?: true
}

/** `gridtide fit prior|catalogue`: learn what ships in config/catalogue from folders of runs. */
export function fitCommand(io: CliIo): Command {
  const fit = new Command('fit').description(
    'learn the prior, or the catalogue, from measured runs',
  )
  withOptions(fit.command('prior'))
    .description('physics coefficients and Gaussian process hyper-parameters')
    .option('--source <words>', 'where the runs are from, with licence', 'own runs')
    .option('--report', 'also say how wrong it is where whole model families are left out')
    .action((options: FitOptions) => {
      const groups = load(options, io)
      const lack = tooFewForPrior(groups)
      if (lack)
        throw new InvalidInput(`--runs: ${lack}; \`next-run --runs\` takes any number of them`)
      const learned = learnPrior(groups, { source: options.source!, date: today(io) })
      const folds = familyFolds(groups)
      const prior = { ...learned, energySpread: energySpreadOf(folds) }
      writeFileSync(options.out, rounded(prior))
      const report = (options.report ? REPORTED_RUNS : []).flatMap(
        (k) => judgePrior(folds, k) ?? [],
      )
      const answer = { rows: prior.rows, groups: prior.groups, out: options.out, report }
      io.out(options.json ? `${JSON.stringify(answer)}\n` : words(answer))
    })
  withOptions(fit.command('catalogue'))
    .description('one fitted entry per model, number format and GPU, under the shipped prior')
    .action((options: FitOptions) => {
      const models = buildCatalogue(load(options, io), shippedPrior, today(io))
      const comment =
        'Fitted coefficients, written by `gridtide fit catalogue`; valid with prior.json beside it only.'
      writeFileSync(options.out, rounded({ comment, models }))
      io.out(
        options.json
          ? `${JSON.stringify({ entries: models.length, out: options.out })}\n`
          : `${models.length} entries written to ${options.out}\n`,
      )
    })
  return fit
}

const withOptions = (command: Command): Command =>
  command
    .requiredOption('--runs <path...>', 'files of runs, or folders of them')
    .requiredOption('--out <file>', 'JSON file to write')
    .option('--force', 'write over a file that is there')
    .option('--json', 'print data instead of words')

/** Before anything is learned, so that no minutes are lost over a name. */
function load(options: FitOptions, io: CliIo): readonly TrainingGroup[] {
  const { out, force } = options
  if (existsSync(out) && !force)
    throw new InvalidInput(`--out: ${out} is there already: name another, or --force`)
  return groupRuns(averageRepeats(readRunsFiles(options.runs, io)))
}

const today = (io: CliIo): string => new Date(io.nowMs()).toISOString().slice(0, 10)

const rounded = (value: unknown): string =>
  `${JSON.stringify(value, (_, v: unknown) => (typeof v === 'number' ? Number(v.toPrecision(6)) : v), 1)}\n`

interface Answer {
  readonly rows: number
  readonly groups: number
  readonly out: string
  readonly report: readonly PriorReport[]
}

function words({ rows, groups, out, report }: Answer): string {
  const lines = report.map(({ runs, tokensPerSecond: t, joulesPerToken: j }) => {
    const [tokens, joules] = [t, j].map((pair) => pair.map((v) => v.toFixed(1)).join('/'))
    return `families left out, ${runs} runs: tokens/s ${tokens} %, J/token ${joules} % (median/P90)`
  })
  return `${[`prior of ${rows} runs in ${groups} groups written to ${out}`, ...lines].join('\n')}\n`
}
