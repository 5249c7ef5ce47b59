import { Command } from 'commander'
import type { CliIo } from '../io.ts'

/** `gridtide schema`: the fleet file's JSON Schema, for editors, or its reference page. */
export function schemaCommand(io: CliIo): Command {
  return new Command('schema')
    .description('print the JSON Schema of fleet files')
    .option('--markdown', 'print the reference page instead')
    .option('--json', 'print JSON (the default)')
    .action(async (options: { markdown?: true }) => {
      const { editorSchema, fleetReference } = await import('../../fleet/index.ts')
      io.out(options.markdown ? fleetReference() : `${JSON.stringify(editorSchema(), null, 2)}\n`)
    })
}
