import { readEnv } from '../../config/env.ts'
import { answerView } from '../api/index.ts'
import { jobLines } from '../deferred/index.ts'
import { catalogueGpu, type OperatingPoint } from '../fitting/index.ts'
import { fitModel } from '../pipeline/fit-model.ts'
import { submitJobs } from '../pipeline/submit-jobs.ts'
import { fleetFiles } from '../wiring/fleet-files.ts'
import { modelKnowledge } from '../wiring/models.ts'
import { openGridFor } from './grid-desk.ts'
import type { CliIo } from './io.ts'
import { readFleet } from './read-fleet.ts'

/**
 * Places the jobs of a text, one a line, on a fleet that runs nothing else. Nothing is kept.
 *
 * @throws InvalidInput where the fleet or the instant is wrong; a wrong job is an answer
 */
export async function* planJobs(
  text: string,
  request: { readonly fleet?: string; readonly at?: string },
  io: CliIo,
): AsyncGenerator<string> {
  const grid = await openGridFor(request, io)
  const env = readEnv(io.env)
  const fleetFile = request.fleet ?? env.fleet!
  const fleet = await readFleet(fleetFile)
  const warn = (message: string) => io.err(`warning: ${message}\n`)
  const readFile = fleetFiles(fleetFile, env.dataFolder)
  const gpus = [...new Set(fleet.regions.flatMap(({ gpus }) => gpus.map(({ type }) => type)))]
  const points = new Map<string, readonly OperatingPoint[]>()
  for (const model of fleet.models) {
    const knowledge = await modelKnowledge(model, readFile, warn)
    points.set(model.id, fitModel(model, fleet, knowledge, gpus.map(catalogueGpu)))
  }
  let named = 0
  const ports = {
    tenant: env.tenant,
    fleet: async () => fleet,
    reader: grid.reader,
    plans: { current: async () => undefined },
    points: async () => points,
    gpuWatts: (type: string) => catalogueGpu(type).tdpWatts,
    jobs: {
      active: async () => [],
      add: async (jobs: readonly { readonly job: { readonly id: string } }[]) => ({
        ids: jobs.map(({ job }) => job.id),
        newest: 0,
      }),
      newest: async () => 0,
      get: async () => undefined,
    },
    nowMs: grid.nowMs,
    newId: () => `line-${++named}`,
    warn,
  }
  for await (const answer of submitJobs(ports, jobLines(inOnePiece(text)))) {
    yield JSON.stringify(answerView(answer))
  }
}

async function* inOnePiece(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text)
}
