import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { InvalidInput } from '../../domain/errors.ts'
import { msFromSeconds } from '../../domain/units.ts'
import type { Precision } from '../../domain/variant.ts'
import { findArchitecture, type MeasuredRun } from '../../fitting/index.ts'
import {
  type Profiled,
  profileEndpoint,
  type RequestLengths,
  readLengths,
  readRuns,
  TIDY_COLUMNS,
  tidyCsvLine,
} from '../../runs/index.ts'
import type { CliIo } from '../io.ts'
import { positiveCount, positiveNumber } from '../number-option.ts'
import { gpuOf } from '../of-catalogue.ts'
import { POWER_SOURCES, powerSource, steadyNowMs } from '../power-source.ts'
import { precisionOption } from '../precision-option.ts'
import { namingFile, readText } from '../read-text.ts'

interface ProfileCommandOptions {
  readonly endpoint: string
  readonly model: string
  readonly gpu: string
  readonly gpuSpec?: string
  readonly tp: string
  readonly powerCap?: string
  readonly precision: Precision
  readonly power: string
  readonly gpus?: string
  readonly lengths?: string
  readonly concurrency: string
  readonly rate?: string
  readonly input: string
  readonly output: string
  readonly warmUp: string
  readonly measure: string
  readonly out: string
  readonly dryRun?: true
  readonly json?: true
}

/** `gridtide profile`: loads an OpenAI-compatible endpoint, meters it, and appends runs to a CSV. */
export function profileCommand(io: CliIo): Command {
  return new Command('profile')
    .description('measure throughput, latency and power of a running endpoint')
    .requiredOption(
      '--endpoint <url>',
      'base of an OpenAI-compatible API, e.g. http://host:8000/v1',
    )
    .requiredOption('--model <id>', 'model served')
    .requiredOption('--gpu <name>', 'catalogue name of its GPUs')
    .option('--gpu-spec <file>', 'spec of a GPU the catalogue lacks')
    .option('--power <source>', POWER_SOURCES, 'nvidia-smi')
    .option(
      '--gpus <list>',
      'indices of the GPUs to meter with nvidia-smi or zeusd; all by default',
    )
    .option('--tp <n>', 'tensor parallel degree', '1')
    .option('--power-cap <watts>', 'cap that its GPUs were set to, each; noted with the runs')
    .addOption(precisionOption('number format of the weights'))
    .option('--concurrency <list>', 'closed-loop concurrencies', '8,32,128')
    .option('--rate <list>', 'open-loop requests per second instead')
    .option('--input <tokens>', 'prompt length', '500')
    .option('--output <tokens>', 'answer length', '300')
    .option('--lengths <csv>', 'requests to cycle through instead: input_tokens, output_tokens')
    .option('--warm-up <seconds>', 'before the steady state is looked for', '10')
    .option('--measure <seconds>', 'length of the measured window', '30')
    .option('--out <file>', 'CSV to append to; points already in it are skipped', 'runs.csv')
    .option('--dry-run', 'say what would be done')
    .option('--json', 'print the runs as data')
    .action(async (options: ProfileCommandOptions) => {
      const open = options.rate !== undefined
      const points = numbers(open ? '--rate' : '--concurrency', options.rate ?? options.concurrency)
      check(options)
      const done = pointsIn(options, open)
      const left = points.filter((point) => !done.has(point))
      for (const point of points.filter((p) => done.has(p))) io.err(`${point}: already measured\n`)
      if (options.dryRun) {
        io.out(`would measure ${left.join(', ') || 'nothing'} into ${options.out}\n`)
        return
      }
      const runs = await measureAll(options, left, open, io)
      if (options.json) io.out(`${JSON.stringify(runs, null, 2)}\n`)
    })
}

/** One point after the other, each written as soon as it is known: a broken run loses one point. */
async function measureAll(
  options: ProfileCommandOptions,
  points: readonly number[],
  open: boolean,
  io: CliIo,
): Promise<readonly MeasuredRun[]> {
  const runs: MeasuredRun[] = []
  for (const [i, point] of points.entries()) {
    const bar = `${'#'.repeat(i)}${'.'.repeat(points.length - i)}`
    io.err(`[${bar}] ${i + 1}/${points.length} ${open ? 'rate' : 'concurrency'} ${point} ...\n`)
    const profiled = await measure(options, point, open)
    if (!profiled.steady) io.err(`${point}: never steady; measured all the same\n`)
    const run = runOf(options, profiled, open)
    if (!existsSync(options.out)) writeFileSync(options.out, `${TIDY_COLUMNS}\n`)
    appendFileSync(options.out, `${tidyCsvLine(run, point, columnsOf(options.out))}\n`)
    runs.push(run)
    if (!options.json) io.out(`${words(point, run)}\n`)
  }
  return runs
}

function numbers(option: string, list: string): readonly number[] {
  const values = list.split(',').map(Number)
  if (values.every((value) => value > 0)) return values
  throw new InvalidInput(`${option} ${list}: expected positive numbers, separated by commas`)
}

/** Before anything is measured, and in a dry run too: is every option something to work with? */
function check(options: ProfileCommandOptions): void {
  if (!/^https?:/.test(options.endpoint) || !URL.canParse(options.endpoint)) {
    throw new InvalidInput(`--endpoint ${options.endpoint}: expected an http or https URL`)
  }
  gpuOf(options.gpu, options.gpuSpec)
  powerSource(options.power, options.gpus)
  lengthsOf(options)
  positiveNumber('--warm-up', options.warmUp)
  checkCap(options)
  positiveNumber('--measure', options.measure)
}

/** An older file has no column for a cap, and its runs must not look as if they had none. */
function checkCap({ powerCap, out }: ProfileCommandOptions): void {
  if (powerCap === undefined) return
  positiveNumber('--power-cap', powerCap)
  if (existsSync(out) && columnsOf(out) < TIDY_COLUMNS.split(',').length) {
    throw new InvalidInput(`--out ${out}: has no column power_cap_w; name another file`)
  }
}

const columnsOf = (file: string): number =>
  readFileSync(file, 'utf8').split('\n', 1)[0]!.split(',').length

/** Concurrencies or rates of this model, GPU and layout that the file already holds. */
function pointsIn(options: ProfileCommandOptions, open: boolean): ReadonlySet<number> {
  if (!existsSync(options.out)) return new Set()
  const text = readFileSync(options.out, 'utf8')
  if (!text.trim().includes('\n')) return new Set()
  const { runs, quarantined } = readRuns(text, 'csv')
  const column = TIDY_COLUMNS.split(',').indexOf('concurrency')
  const setAside = new Set(quarantined.map(({ row }) => row))
  const lines = text
    .trim()
    .split('\n')
    .filter((_, i) => i > 0 && !setAside.has(i + 1))
  const gpu = gpuOf(options.gpu, options.gpuSpec).name
  return new Set(
    runs.flatMap((run, i) => {
      const same =
        run.model === options.model &&
        run.gpu === gpu &&
        run.tensorParallel === positiveCount('--tp', options.tp) &&
        run.precision === options.precision &&
        run.powerCapWatts === capOf(options) &&
        run.task === taskOf(options, open)
      return same ? [Number(lines[i]!.split(',')[column])] : []
    }),
  )
}

const capOf = ({ powerCap }: ProfileCommandOptions): number | undefined =>
  powerCap === undefined ? undefined : positiveNumber('--power-cap', powerCap)

const taskOf = (options: ProfileCommandOptions, open: boolean): string =>
  `${meanOf(options, 'promptTokens')}x${meanOf(options, 'outputTokens')}${open ? '-open' : ''}`

function lengthsOf({ lengths, input, output }: ProfileCommandOptions): readonly RequestLengths[] {
  if (lengths !== undefined) {
    const text = readText(lengths)
    return namingFile(lengths, () => readLengths(text))
  }
  return [
    {
      promptTokens: positiveCount('--input', input),
      outputTokens: positiveCount('--output', output),
    },
  ]
}

function meanOf(options: ProfileCommandOptions, length: keyof RequestLengths): number {
  const lengths = lengthsOf(options)
  return Math.round(lengths.reduce((sum, one) => sum + one[length], 0) / lengths.length)
}

function measure(options: ProfileCommandOptions, point: number, open: boolean): Promise<Profiled> {
  const power = powerSource(options.power, options.gpus)
  return profileEndpoint(
    {
      fetch,
      nowMs: steadyNowMs,
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      ...(power && { power }),
    },
    {
      endpoint: options.endpoint,
      model: options.model,
      lengths: lengthsOf(options),
      load: open
        ? { kind: 'open', requestsPerSecond: point }
        : { kind: 'closed', concurrency: point },
      warmUpMs: msFromSeconds(positiveNumber('--warm-up', options.warmUp)),
      measureMs: msFromSeconds(positiveNumber('--measure', options.measure)),
      patienceMs: 60_000,
    },
  )
}

const runOf = (options: ProfileCommandOptions, profiled: Profiled, open: boolean): MeasuredRun => {
  const { steady: _, ...measured } = profiled
  const powerCapWatts = capOf(options)
  return {
    ...measured,
    source: 'gridtide profile',
    model: options.model,
    family: findArchitecture(options.model)?.family ?? options.model,
    gpu: gpuOf(options.gpu, options.gpuSpec).name,
    engine: 'openai',
    task: taskOf(options, open),
    precision: options.precision,
    tensorParallel: positiveCount('--tp', options.tp),
    pipelineParallel: 1,
    dataParallel: 1,
    expertParallel: false,
    inputTokens: meanOf(options, 'promptTokens'),
    outputTokens: meanOf(options, 'outputTokens'),
    ...(powerCapWatts !== undefined && { powerCapWatts }),
  }
}

function words(point: number, run: MeasuredRun): string {
  const power =
    run.powerWatts === undefined ? 'power not measured' : `${run.powerWatts.toFixed(0)} W`
  const tokens = `${run.tokensPerSecond.toFixed(0)} token/s`
  return `${point}: ${tokens}, gap ${run.itlMs!.toFixed(1)}/${run.itlP95Ms!.toFixed(1)} ms, TTFT ${run.ttftMs!.toFixed(0)} ms, ${power}`
}
