import { Command } from 'commander'
import { InvalidInput } from '../../domain/errors.ts'
import type { Precision } from '../../domain/variant.ts'
import {
  type Architecture,
  adviseNextRuns,
  architectureFromConfig,
  candidateSettings,
  catalogueArchitecture,
  chosenProbability,
  enginePrior,
  estimateArchitecture,
  type FittedGroup,
  familyPrior,
  findArchitecture,
  findEngine,
  fitGroup,
  groupRuns,
  type NextRunAdvice,
  type Setting,
} from '../../fitting/index.ts'
import { random } from '../../planning/index.ts'
import { commandLines } from '../../runs/index.ts'
import type { CliIo } from '../io.ts'
import { positiveCount, positiveNumber } from '../number-option.ts'
import { gpuOf, ofCatalogue } from '../of-catalogue.ts'
import { precisionOption } from '../precision-option.ts'
import { readRunsFiles } from '../read-runs-files.ts'
import { namingFile, readJson } from '../read-text.ts'

/** The same question gets the same answer. */
const SEED = 1

interface NextRunOptions {
  readonly model: string
  readonly gpu: string
  readonly gpuSpec?: string
  readonly arch?: string
  readonly params?: string
  readonly precision: Precision
  readonly runs?: readonly string[]
  readonly maxRuns: string
  readonly maxGpus: string
  readonly input: string
  readonly output: string
  readonly tpot?: string
  readonly engine: string
  readonly unmetered?: true
  readonly json?: true
}

/** `gridtide next-run`: the measurements that teach most, as commands to paste. */
export function nextRunCommand(io: CliIo): Command {
  return new Command('next-run')
    .description('which configuration to measure next, and the commands that do it')
    .requiredOption('--model <id>', 'Hugging Face id')
    .requiredOption('--gpu <name>', 'catalogue name, e.g. H100')
    .option('--arch <file>', 'config.json of a model the catalogue lacks')
    .option(
      '--params <billions>',
      'parameters of a model the catalogue lacks, or total/active, e.g. 30.5/3.3',
    )
    .option('--gpu-spec <file>', 'spec of a GPU the catalogue lacks')
    .addOption(precisionOption('number format of the weights'))
    .option('--runs <path...>', 'files of the runs made so far, or folders of them')
    .option('--max-runs <n>', 'most runs to name', '3')
    .option('--max-gpus <n>', 'GPUs of the largest replica', '8')
    .option('--input <tokens>', 'mean prompt', '500')
    .option('--output <tokens>', 'mean answer', '300')
    .option(
      '--tpot <ms>',
      'promised p95 time per token: weighs configurations by the chance that a planner takes them',
    )
    .option(
      '--engine <name>',
      'serving engine, or one that the catalogue knows by calibration',
      'vllm',
    )
    .option('--unmetered', 'the runs will have no power')
    .option('--json', 'print data instead of words')
    .action((options: NextRunOptions) => {
      const { advice, caveats } = advise(options, io)
      const runs = advice.runs.map((setting) => ({
        setting,
        commands: commandLines(options.model, setting),
      }))
      io.out(
        options.json
          ? `${JSON.stringify({ ...advice, runs, caveats }, null, 2)}\n`
          : words(advice, runs, caveats),
      )
    })
}

function advise(options: NextRunOptions, io: CliIo) {
  const architecture = architectureOf(options)
  const gpu = gpuOf(options.gpu, options.gpuSpec)
  const runs = readRunsFiles(options.runs ?? [], io).filter((run) => run.model === options.model)
  const own = runs.filter((run) => run.gpu === gpu.name && run.precision === options.precision)
  const others = groupRuns(
    runs.filter((run) => !own.includes(run)),
    { architectures: [{ ...architecture, id: options.model }], gpus: [gpu] },
  )
  const family = findArchitecture(options.model)?.family
  const engine = findEngine(options.engine)
  const prior = enginePrior(familyPrior(family, others), engine)
  const fitted = fitGroup(own, architecture, gpu, prior)
  const workload = {
    inputTokens: positiveNumber('--input', options.input),
    outputTokens: positiveNumber('--output', options.output),
  }
  const candidates = candidateSettings(
    architecture,
    gpu,
    workload,
    options.precision,
    positiveCount('--max-gpus', options.maxGpus),
  )
  if (candidates.length === 0) {
    throw new InvalidInput(`${options.model} fits no layout of ${options.maxGpus} ${gpu.name}`)
  }
  const advice = adviseNextRuns(
    fitted,
    candidates,
    positiveCount('--max-runs', options.maxRuns),
    chances(fitted, candidates, options.tpot),
    !options.unmetered,
  )
  return { advice, caveats: fitted.caveats }
}

/** By its config.json, else the catalogue, else what models of its size look like. */
function architectureOf({ model, arch, params }: NextRunOptions): Architecture {
  if (arch !== undefined) {
    const document = readJson(arch)
    return namingFile(arch, () => architectureFromConfig(model, document))
  }
  if (params === undefined) {
    return ofCatalogue(catalogueArchitecture, model, '--arch FILE or --params BILLIONS')
  }
  const counts = params.split('/').map((count) => positiveNumber('--params', count))
  return estimateArchitecture(model, counts[0]!, counts[1])
}

/** Undefined where nothing is promised: then every configuration matters as much. */
function chances(fitted: FittedGroup, candidates: readonly Setting[], tpot: string | undefined) {
  if (tpot === undefined) return undefined
  const tpotP95Ms = positiveNumber('--tpot', tpot)
  return chosenProbability(fitted, candidates, { tpotP95Ms, random: random(SEED) })
}

function words(
  advice: NextRunAdvice,
  runs: readonly { readonly commands: readonly string[] }[],
  caveats: readonly string[],
): string {
  const percent = `${(100 * advice.worstLogSd).toFixed(0)} %`
  const head = advice.stop
    ? `no more runs needed: ${advice.stop === 'certain' ? '' : 'the choice is settled; '}J/token is known to ${percent}`
    : `J/token is known to ${percent} at worst; measure next:`
  return `${[...caveats, head, ...runs.flatMap(({ commands }) => ['', ...commands])].join('\n')}\n`
}
