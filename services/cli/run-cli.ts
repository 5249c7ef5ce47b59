import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { backtestCommand } from './commands/backtest.ts'
import { batchCommand } from './commands/batch.ts'
import { doctorCommand } from './commands/doctor.ts'
import { explainCommand } from './commands/explain.ts'
import { fitCommand } from './commands/fit.ts'
import { gridCommand } from './commands/grid.ts'
import { importRunsCommand } from './commands/import-runs.ts'
import { modelsCommand } from './commands/models.ts'
import { nextRunCommand } from './commands/next-run.ts'
import { planCommand } from './commands/plan.ts'
import { profileCommand } from './commands/profile.ts'
import { schemaCommand } from './commands/schema.ts'
import { serveCommand } from './commands/serve.ts'
import { resumeCommand, stopCommand } from './commands/stop.ts'
import { validateCommand } from './commands/validate.ts'
import { whenCommand } from './commands/when.ts'
import { ExitWith } from './exit-with.ts'
import type { CliIo } from './io.ts'
import { errorLines } from './print-error.ts'

const FAILED = 1
const MISUSED = 2

/**
 * One line a command; its file says what it does. What a command needs is imported when it runs:
 * most of the code serves one command, and nobody should wait for it to see a version.
 */
const COMMANDS: readonly ((io: CliIo) => Command)[] = [
  validateCommand,
  planCommand,
  explainCommand,
  schemaCommand,
  serveCommand,
  gridCommand,
  doctorCommand,
  stopCommand,
  resumeCommand,
  modelsCommand,
  fitCommand,
  nextRunCommand,
  profileCommand,
  (io) => whenCommand(io),
  backtestCommand,
  (io) => batchCommand(io),
  importRunsCommand,
]

/**
 * Runs one command line.
 *
 * @param argv without interpreter and script
 * @returns the exit code: 0 done, 1 failed, 2 misused, others as the command's help says
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  const program = new Command('gridtide')
    .description('Runs LLM inference where and when the grid is clean.')
    .version(version(), '-V, --version')
    .showSuggestionAfterError()
  for (const build of COMMANDS) program.addCommand(build(io))
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      // Commander's help suggestion is a second line; one is enough to act on.
      outputError: (text, write) => write(`${text.trim().replaceAll('\n', ' ')}\n`),
    })
  }
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return 0
  } catch (error) {
    return exitCodeOf(error, io)
  }
}

function exitCodeOf(error: unknown, io: CliIo): number {
  if (error instanceof ExitWith) return error.code
  // Commander throws for --help and --version too, with code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED
  io.err(`${errorLines(error).join('\n')}\n`)
  return FAILED
}

/** From package.json, two folders up both in a checkout and, beside dist, in a package. */
function version(): string {
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).version as string
    } catch {}
  }
  return 'unknown'
}
