import { Command, CommanderError } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import { AppError, InvalidInput } from '../domain/errors.ts'
import { leavesOf } from './command-tree.ts'
import { applyCommand } from './commands/apply.ts'
import { backtestCommand } from './commands/backtest.ts'
import { backupCommand, restoreCommand } from './commands/backup.ts'
import { batchCommand } from './commands/batch.ts'
import { completionCommand } from './commands/completion.ts'
import { diffCommand } from './commands/diff.ts'
import { doctorCommand } from './commands/doctor.ts'
import { explainCommand } from './commands/explain.ts'
import { fitCommand } from './commands/fit.ts'
import { gridCommand } from './commands/grid.ts'
import { importRunsCommand } from './commands/import-runs.ts'
import { initCommand } from './commands/init.ts'
import { modelsCommand } from './commands/models.ts'
import { nextRunCommand } from './commands/next-run.ts'
import { planCommand } from './commands/plan.ts'
import { profileCommand } from './commands/profile.ts'
import { schemaCommand } from './commands/schema.ts'
import { serveCommand } from './commands/serve.ts'
import { resumeCommand, stopCommand } from './commands/stop.ts'
import { validateCommand } from './commands/validate.ts'
import { watchCommand } from './commands/watch.ts'
import { whenCommand } from './commands/when.ts'
import { EXAMPLES } from './examples.ts'
import { EXIT_CODES } from './exit-codes.ts'
import { ExitWith } from './exit-with.ts'
import type { CliIo } from './io.ts'
import { errorLines } from './print-error.ts'

/**
 * One line a command; its file says what it does. What a command needs is imported when it runs:
 * most of the code serves one command, and nobody should wait for it to see a version.
 */
const COMMANDS: readonly ((io: CliIo) => Command)[] = [
  initCommand,
  validateCommand,
  planCommand,
  diffCommand,
  applyCommand,
  explainCommand,
  schemaCommand,
  serveCommand,
  (io) => watchCommand(io),
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
  backupCommand,
  restoreCommand,
  completionCommand,
]

/** The whole command line, with examples and exit codes in its help. */
export function buildProgram(io: CliIo): Command {
  const program = new Command('gridtide')
    .description('Runs LLM inference where and when the grid is clean.')
    .version(manifest.version, '-V, --version')
    .showSuggestionAfterError()
    .addHelpText('after', `\n${exitCodeLines().join('\n')}`)
  for (const build of COMMANDS) program.addCommand(build(io))
  for (const { path, command } of leavesOf(program)) {
    const examples = (EXAMPLES[path] ?? []).map((line) => `  $ ${line}`)
    if (examples.length > 0) command.addHelpText('after', `\nExamples:\n${examples.join('\n')}`)
  }
  for (const command of withGroups(program)) {
    command.exitOverride().configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      // Commander's help suggestion is a second line; one is enough to act on.
      outputError: (text, write) => write(`${text.trim().replaceAll('\n', ' ')}\n`),
    })
  }
  return program
}

/**
 * Runs one command line.
 *
 * @param argv without interpreter and script
 * @returns the exit code, one of `EXIT_CODES`
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  try {
    await buildProgram(io).parseAsync(argv.map(longOption), { from: 'user' })
    return EXIT_CODES.done.code
  } catch (error) {
    return exitCodeOf(error, io, argv.includes('--json'))
  }
}

const withGroups = (command: Command): readonly Command[] => [
  command,
  ...command.commands.flatMap(withGroups),
]

/** `-out`, as Terraform spells it, would otherwise be `-o ut`. */
const longOption = (word: string): string =>
  /^-(out|json|detailed-exitcode)(=|$)/.test(word) ? `-${word}` : word

const exitCodeLines = (): readonly string[] => [
  'Exit codes:',
  ...Object.values(EXIT_CODES).map(({ code, words }) => `  ${String(code).padEnd(3)} ${words}`),
]

function exitCodeOf(error: unknown, io: CliIo, asJson: boolean): number {
  if (error instanceof ExitWith) return error.code
  if (error instanceof CommanderError) {
    // Commander throws for --help and --version too, with code 0.
    return error.exitCode === 0 ? EXIT_CODES.done.code : EXIT_CODES.misused.code
  }
  const lines = errorLines(error)
  const code = error instanceof AppError ? error.code : 'INTERNAL'
  const issues = error instanceof InvalidInput ? error.issues : []
  io.err(
    asJson
      ? `${JSON.stringify({ error: { code, message: lines[0], issues } })}\n`
      : `${lines.join('\n')}\n`,
  )
  return EXIT_CODES.failed.code
}
