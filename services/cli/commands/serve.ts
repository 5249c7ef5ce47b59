import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { readEnv } from '../../../config/env.ts'
import { InvalidInput } from '../../domain/errors.ts'
import type { CliIo } from '../io.ts'
import { issueLine } from '../print-error.ts'

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
    .action(async ({ fleet: file, role }: ServeOptions) => {
      const env = readEnv(io.env)
      const fleetFile = file ?? env.fleet
      if (!fleetFile) throw new InvalidInput('name a fleet file: --fleet FILE, or GRIDTIDE_FLEET')
      if (role !== 'all' && role !== 'api' && role !== 'worker') {
        throw new InvalidInput(`--role ${role}: expected all, api or worker`)
      }
      const { readFleet } = await import('../read-fleet.ts')
      const fleet = await readFleet(fleetFile, (issue) =>
        io.err(`warning: ${issueLine(fleetFile, issue)}\n`),
      )
      const fleetHash = createHash('sha256')
        .update(await readFile(fleetFile))
        .digest('hex')
      const { openLog } = await import('../../platform/log.ts')
      const { runService } = await import('../run-service.ts')
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
