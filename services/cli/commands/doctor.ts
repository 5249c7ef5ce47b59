import { Command } from 'commander'
import { InvalidInput } from '../../domain/errors.ts'
import { checkProvider, type ProviderCheck } from '../../grid/index.ts'
import { axiosHttp } from '../../platform/http.ts'
import type { OpenedGrid } from '../../wiring/open-grid.ts'
import { backendLine, clockLine, providerLine } from '../doctor-lines.ts'
import { ExitWith } from '../exit-with.ts'
import { openGridFor } from '../grid-desk.ts'
import type { CliIo } from '../io.ts'
import { watchedHttp } from '../watched-http.ts'

/**
 * `gridtide doctor`: can this fleet read its grid and steer its backends? One line a source and
 * zone (credentials, what the plan allows, horizon, the service's time against ours), one for the
 * clock, and one a target of a backend, with what is missing there.
 */
export function doctorCommand(io: CliIo): Command {
  return new Command('doctor')
    .description(
      'check grid sources (credentials, plan limits, horizon, clock) and backends (rights, settings)',
    )
    .option('-f, --fleet <file>', 'fleet file (default: GRIDTIDE_FLEET)')
    .option('--json', 'print data instead of words')
    .action(async (options: { fleet?: string; json?: true }) => {
      const watched = watchedHttp(axiosHttp(), io.nowMs)
      const grid = await openGridFor(options, io, watched.http)
      const checks = await Promise.all(
        pairs(grid).map(([provider, zone]) => checkProvider(provider, zone, io.nowMs())),
      )
      if (checks.length === 0) throw new InvalidInput('no grid source is left to check')
      const { checkBackends } = await import('../check-backends.ts')
      const backends = await checkBackends(options, io)
      const skewSeconds = watched.skewSeconds()
      const lineOf = (check: ProviderCheck) =>
        providerLine(check, watched.skewSeconds(check.source))
      io.out(
        options.json
          ? `${JSON.stringify({ checks, backends, skewSeconds }, null, 2)}\n`
          : `${[...checks.map(lineOf), clockLine(skewSeconds), ...backends.map(backendLine)].join('\n')}\n`,
      )
      if ([...checks, ...backends].some(({ ok }) => !ok)) throw new ExitWith('failed')
    })
}

const pairs = ({ providers, zones }: OpenedGrid) =>
  providers.flatMap((provider) => zones.map((zone) => [provider, zone] as const))
