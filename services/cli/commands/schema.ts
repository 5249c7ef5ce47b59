import { Command } from 'commander'
import { editorSchema, fleetReference } from '../../fleet/index.ts'
import type { CliIo } from '../io.ts'

/** `gridtide schema`: the fleet file's JSON Schema, for editors, or its reference page. */
export function schemaCommand(io: CliIo): Command {
  return new Command('schema')
    .description('print the JSON Schema of fleet files')
    .option('--markdown', 'print the reference page instead')
    .option('--json', 'print JSON (the default)')
    .action((options: { markdown?: true }) => {
      io.out(options.markdown ? fleetReference() : `${JSON.stringify(editorSchema(), null, 2)}\n`)
    })
}
