import { readEnv } from '../../config/env.ts'
import { InvalidInput } from '../domain/errors.ts'
import { gridDesk } from '../grid/index.ts'
import { axiosHttp, type HttpClient } from '../platform/http.ts'
import { fleetFiles } from '../wiring/fleet-files.ts'
import { type OpenedGrid, openGrid } from '../wiring/open-grid.ts'
import type { CliIo } from './io.ts'
import { readFleet } from './read-fleet.ts'

interface Request {
  readonly fleet?: string
  readonly at?: string
}

/**
 * The grid as a fleet file sees it, in one process.
 *
 * @throws InvalidInput where no fleet is named, or it or the instant is wrong
 */
export async function openGridFor(
  request: Request,
  io: CliIo,
  http: HttpClient = axiosHttp(),
): Promise<OpenedGrid> {
  const env = readEnv(io.env)
  const fleetFile = request.fleet ?? env.fleet
  if (!fleetFile) throw new InvalidInput('name a fleet file: --fleet FILE, or GRIDTIDE_FLEET')
  const atMs = request.at === undefined ? undefined : Date.parse(request.at)
  if (Number.isNaN(atMs)) throw new InvalidInput(`--at ${request.at}: expected ISO 8601`)
  const nowMs = atMs ?? io.nowMs()
  return openGrid(await readFleet(fleetFile), {
    http,
    readFile: fleetFiles(fleetFile, env.dataFolder),
    env: io.env,
    nowMs: () => nowMs,
    warn: (message) => io.err(`warning: ${message}\n`),
  })
}

/** Its desk, and the instant it answers for. */
export async function openGridDesk(request: Request, io: CliIo) {
  const opened = await openGridFor(request, io)
  return { desk: gridDesk(opened), nowMs: opened.nowMs() }
}
