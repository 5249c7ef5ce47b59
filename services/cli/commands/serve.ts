import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { readEnv } from '../../../config/env.ts'
import { InvalidInput } from '../../domain/errors.ts'
import { openLog } from '../../platform/log.ts'
import type { CliIo } from '../io.ts'
import { readFleet } from '../read-fleet.ts'
import { runService } from '../run-service.ts'

interface ServeOptions {
  readonly fleet?: string
  readonly role: string
}

/** `gridtide serve`: the service itself, until it is told to stop. */
export function serveCommand(io: CliIo): Command {
  return new Command('serve')
    .description('run the service: API, workers and clock')
    .option('--fleet <file>', 'fleet file; GRIDTIDE_FLEET unless said')
    .option('--role <role>', 'what this process does: all, api or worker', 'all')
    .addHelpText('after', '\nExample: gridtide serve --fleet config/examples/two-regions.yaml')
    .action(async ({ fleet: file, role }: ServeOptions) => {
      const env = readEnv(io.env)
      const fleetFile = file ?? env.fleet
      if (!fleetFile) throw new InvalidInput('name a fleet file: --fleet FILE, or GRIDTIDE_FLEET')
      if (role !== 'all' && role !== 'api' && role !== 'worker') {
        throw new InvalidInput(`--role ${role}: expected all, api or worker`)
      }
      const fleet = await readFleet(fleetFile)
      const fleetHash = createHash('sha256')
        .update(await readFile(fleetFile))
        .digest('hex')
      await runService(
        {
          env,
          secrets: io.env,
          fleet,
          fleetFile,
          fleetHash,
          log: openLog(env.logLevel, io.err),
        },
        role,
        io,
      )
    })
}
