import { Command } from 'commander'
import { type FieldIssue, InvalidInput } from '../../domain/errors.ts'
import type { Fleet } from '../../fleet/index.ts'
import { ExitWith } from '../exit-with.ts'
import type { CliIo } from '../io.ts'
import { issueLine } from '../print-error.ts'

/** `gridtide validate`: every mistake of a fleet file, with its place and what would be right. */
export function validateCommand(io: CliIo): Command {
  return new Command('validate')
    .description('check a fleet file and print every mistake in it')
    .argument('<file>', 'fleet file')
    .option('--json', 'print data instead of words')
    .action(async (file: string, { json }: { json?: true }) => {
      const { readFleet } = await import('../read-fleet.ts')
      const warnings: FieldIssue[] = []
      try {
        const fleet = await readFleet(file, (issue) => warnings.push(issue))
        for (const issue of warnings) io.err(`warning: ${issueLine(file, issue)}\n`)
        io.out(
          json ? `${JSON.stringify({ valid: true, issues: [], warnings })}\n` : valid(file, fleet),
        )
      } catch (error) {
        if (!(error instanceof InvalidInput) || error.issues.length === 0) throw error
        io.out(invalid(file, error.issues, json))
        io.err(`${error.message}\n`)
        throw new ExitWith('failed')
      }
    })
}

const invalid = (file: string, issues: readonly FieldIssue[], json: true | undefined): string =>
  json
    ? `${JSON.stringify({ valid: false, issues })}\n`
    : issues.map((issue) => `${issueLine(file, issue)}\n`).join('')

const valid = (file: string, { name, regions, models }: Fleet): string =>
  `${file}: ${name} is valid (${regions.length} regions, ${models.length} models)\n`
