import { Command } from 'commander'
import { type FieldIssue, InvalidInput } from '../../domain/errors.ts'
import { ExitWith } from '../exit-with.ts'
import type { CliIo } from '../io.ts'
import { issueLine } from '../print-error.ts'

/** `gridtide validate`: every mistake of a fleet file, with its place and what would be right. */
export function validateCommand(io: CliIo): Command {
  return new Command('validate')
    .description('check a fleet file and print every mistake in it')
    .argument('<file>', 'fleet file')
    .option('--json', 'print data instead of words')
    .action(async (file: string, options: { json?: true }) => {
      const { readFleet } = await import('../read-fleet.ts')
      try {
        const warnings: FieldIssue[] = []
        const { regions, models, name } = await readFleet(file, (issue) => warnings.push(issue))
        for (const issue of warnings) io.err(`warning: ${issueLine(file, issue)}\n`)
        const words = `${file}: ${name} is valid (${regions.length} regions, ${models.length} models)`
        io.out(
          options.json ? `${JSON.stringify({ valid: true, issues: [], warnings })}\n` : `${words}\n`,
        )
      } catch (error) {
        if (!(error instanceof InvalidInput) || error.issues.length === 0) throw error
        const lines = error.issues.map((issue) => `${issueLine(file, issue)}\n`)
        if (options.json) io.out(`${JSON.stringify({ valid: false, issues: error.issues })}\n`)
        else io.out(lines.join(''))
        io.err(`${error.message}\n`)
        throw new ExitWith('failed')
      }
    })
}
