import { readEnv } from '../../config/env.ts'
import { AppError, InvalidInput } from '../domain/errors.ts'
import { gridDesk } from '../grid/index.ts'
import { axiosHttp, type HttpClient } from '../platform/http.ts'
import { fleetFiles } from '../wiring/fleet-files.ts'
import type { OpenedGrid } from '../wiring/open-grid.ts'
import type { GridAnswers } from './grid-of-service.ts'
import type { CliIo } from './io.ts'

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
  const { openGrid } = await import('../wiring/open-grid.ts')
  const { readFleet } = await import('./read-fleet.ts')
  return openGrid(await readFleet(fleetFile), {
    http,
    readFile: fleetFiles(fleetFile, env.dataFolder),
    env: io.env,
    nowMs: () => nowMs,
    warn: (message) => io.err(`warning: ${message}\n`),
  })
}

/** What the sources of a fleet file say, and the instant they say it for. */
export async function gridOfFleet(request: Request, io: CliIo) {
  const opened = await openGridFor(request, io)
  const nowMs = opened.nowMs()
  const desk = gridDesk(opened)
  const grid: GridAnswers = {
    zones: async () => desk.zones,
    now: desk.now,
    async forecast(zone, windows) {
      await learnPast(opened, zone, io)
      return desk.forecast(zone, windows)
    },
    history: desk.history,
    async score(zone) {
      await learnPast(opened, zone, io)
      return desk.score(zone)
    },
  }
  return { grid, nowMs }
}

/**
 * A service has a record of forecasts; a single command asks the providers that keep theirs for the
 * last two weeks.
 */
async function learnPast({ reader, zones, nowMs }: OpenedGrid, zone: string, io: CliIo) {
  if (!zones.includes(zone)) return
  const reading = await reader.readZone(zone, nowMs())
  for (let learnt = 1; learnt > 0; ) {
    learnt = await reader.learnPast(reading).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error
      io.err(`warning: past forecasts: ${error.message}\n`)
      return 0
    })
  }
}
