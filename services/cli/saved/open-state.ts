import { readEnv } from '../../../config/env.ts'
import type { Fleet } from '../../fleet/index.ts'
import { openLog } from '../../platform/log.ts'
import { openService, type Service } from '../../wiring/service.ts'
import type { CliIo } from '../io.ts'

/** Whose state is opened: a fleet as its file says it. */
export interface FleetOfFile {
  readonly fleet: Fleet
  readonly fleetFile: string
  readonly fleetHash: string
}

/**
 * Opens the state of a fleet for one command: the embedded folder, or PostgreSQL.
 *
 * @throws Conflict where a running service has the embedded folder
 */
export async function withState<Result>(
  { fleet, fleetFile, fleetHash }: FleetOfFile,
  io: CliIo,
  work: (service: Service) => Promise<Result>,
): Promise<Result> {
  const env = readEnv(io.env)
  // The log of a service is noise at a prompt, unless somebody asks for it.
  const log = openLog(io.env.LOG_LEVEL ? env.logLevel : 'error', io.err)
  const service = await openService({ env, secrets: io.env, fleet, fleetFile, fleetHash, log })
  try {
    return await work(service)
  } finally {
    await service.close()
  }
}
