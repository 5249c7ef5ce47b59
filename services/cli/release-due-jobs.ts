import { readEnv } from '../../config/env.ts'
import { InvalidInput } from '../domain/errors.ts'
import { releaseDue } from '../pipeline/release-due.ts'
import { openSchedulers } from '../wiring/job-schedulers.ts'
import { ExitWith } from './exit-with.ts'
import type { CliIo } from './io.ts'
import { readFleet } from './read-fleet.ts'

/**
 * Lets jobs go that schedulers hold past their latest safe start, from the fleet file and the
 * schedulers alone; prints one a line. Run it by a clock that does not depend on Gridtide.
 *
 * @throws InvalidInput where the fleet names no scheduler
 * @throws ExitWith `failed` where one could not be reached, after all the others were
 */
export async function releaseDueJobs(
  request: { readonly fleet?: string },
  io: CliIo,
): Promise<void> {
  const file = request.fleet ?? readEnv(io.env).fleet
  if (file === undefined) throw new InvalidInput('needs a fleet file: --fleet or GRIDTIDE_FLEET')
  const schedulers = await openSchedulers(await readFleet(file), io.nowMs)
  if (schedulers.length === 0) throw new InvalidInput(`${file} names no jobSchedulers`)
  let failures = 0
  const failed = (message: string) => {
    failures += 1
    io.err(`warning: ${message}\n`)
  }
  for (const one of await releaseDue(schedulers, io.nowMs(), failed)) {
    io.out(`${JSON.stringify(one)}\n`)
  }
  if (failures > 0) throw new ExitWith('failed')
}
