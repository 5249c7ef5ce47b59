import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { readEnv } from '../../../config/env.ts'
import { FLOORS, POLICIES } from '../../backtest/index.ts'
import { readJobs } from '../../demand/index.ts'
import { InvalidInput } from '../../domain/errors.ts'
import { framedJobs } from '../../pipeline/frame-jobs.ts'
import { openThreads } from '../../platform/threads.ts'
import { fleetFiles } from '../../wiring/fleet-files.ts'
import { compiledSolver } from '../../wiring/open-solver.ts'
import { instantOf } from '../instant-of.ts'
import type { CliIo } from '../io.ts'
import { progressOn } from '../progress.ts'
import { readFleet } from '../read-fleet.ts'
import { backtestTable } from './backtest-table.ts'
import { openRecords } from './open-record.ts'
import type { PlayedSpan } from './played-span.ts'
import { runBacktest } from './run-backtest.ts'
import { writeReport } from './write-report.ts'

export interface BacktestOptions {
  readonly fleet?: string
  readonly from: string
  readonly to: string
  readonly tuneFrom?: string
  readonly tuneTo?: string
  readonly policies?: string
  readonly sensitivity?: true
  readonly marginal?: string
  readonly jobs?: string
  readonly out?: string
  readonly seed: string
  readonly json?: true
}

const HOUR_MS = 3_600_000
/** Both ends of every comparison. */
const ALWAYS = ['static', 'clairvoyant']

/**
 * The whole of `gridtide backtest`.
 *
 * @throws InvalidInput naming the option or file that does not fit
 */
export async function backtestFleet(options: BacktestOptions, io: CliIo): Promise<void> {
  const env = readEnv(io.env)
  const fleetFile = options.fleet ?? env.fleet
  if (!fleetFile) throw new InvalidInput('name a fleet file: --fleet FILE, or GRIDTIDE_FLEET')
  const seed = seedOf(options.seed)
  const policies = policiesOf(options.policies)
  const spans = spansOf(options)
  const fleet = await readFleet(fleetFile)
  const progress = progressOn(io.err, io.isTty, io.nowMs)
  const threads = openThreads({ threads: availableParallelism(), prepare: compiledSolver })
  try {
    const readFile = fleetFiles(fleetFile, env.dataFolder)
    const opened = await openRecords(fleet, spans, seed, {
      readFile,
      ...(options.out !== undefined && { folder: join(options.out, 'parts') }),
      ...(options.marginal !== undefined && {
        marginal: await readFile(fromHere(options.marginal)),
      }),
      env: io.env,
      warn: () => undefined,
      onHour: (done, of) => progress.show('reading', done / of),
    })
    const [reported, ...tuned] = opened.records
    const recorded = options.jobs ? readJobs(await readFile(fromHere(options.jobs))) : []
    const jobs = framedJobs(opened.arena, { ...spans[0]!, seed }, recorded)
    const outcome = await runBacktest(
      {
        fleet,
        from: options.from,
        to: options.to,
        seed,
        policies,
        tuned,
        jobs,
        varied: options.sensitivity ? policies.filter((id) => !ALWAYS.includes(id)) : [],
      },
      { ...opened, records: [reported!] },
      {
        threads,
        ...(options.out !== undefined && { folder: options.out }),
        onProgress: progress.show,
      },
    )
    progress.end()
    if (options.out !== undefined) await writeReport(options.out, outcome, opened.arena)
    io.out(options.json ? `${JSON.stringify(outcome)}\n` : backtestTable(outcome))
  } finally {
    await threads.close()
  }
}

/** Files of options are looked for where the command is typed, those of a fleet beside it. */
const fromHere = (path: string): string => (path.startsWith('data:') ? path : resolve(path))

/** The reported time first, then the tuning time, if there is one. */
function spansOf({ from, to, tuneFrom, tuneTo, jobs }: BacktestOptions): PlayedSpan[] {
  const span = (first: string, end: string, option: string) => {
    const [fromMs, toMs] = [hourOf(first, `--${option}from`), hourOf(end, `--${option}to`)]
    if (toMs <= fromMs) throw new InvalidInput(`--${option}to ${end} is not after ${first}`)
    return { fromMs, toMs }
  }
  if ((tuneFrom === undefined) !== (tuneTo === undefined)) {
    throw new InvalidInput('--tune-from and --tune-to need each other')
  }
  const reported = { ...span(from, to, ''), outlook: jobs !== undefined }
  if (tuneFrom === undefined) return [reported]
  const tuning = span(tuneFrom, tuneTo!, 'tune-')
  if (tuning.fromMs < reported.toMs && reported.fromMs < tuning.toMs) {
    throw new InvalidInput('the tuning time overlaps the reported time')
  }
  return [reported, tuning]
}

function hourOf(text: string, option: string): number {
  const instantMs = instantOf(text, option)
  if (instantMs % HOUR_MS === 0) return instantMs
  throw new InvalidInput(`${option} ${text}: must be a whole hour`)
}

function seedOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidInput(`--seed ${text}: expected a whole number`)
}

function policiesOf(text: string | undefined): readonly string[] {
  const known = [...POLICIES.map(({ id }) => id), ...FLOORS]
  if (text === undefined) return known
  const wanted = new Set([...ALWAYS, ...text.split(',').map((id) => id.trim())])
  const unknown = [...wanted].find((id) => !known.includes(id))
  if (unknown !== undefined) {
    throw new InvalidInput(`--policies: no policy "${unknown}", only ${known.join(', ')}`)
  }
  return known.filter((id) => wanted.has(id))
}
