import { readEnv } from '../../config/env.ts'
import { catalogueGpu } from '../fitting/index.ts'
import type { Placement } from '../fleet/index.ts'
import { fitModel } from '../pipeline/fit-model.ts'
import { fleetFiles } from '../wiring/fleet-files.ts'
import { modelKnowledge } from '../wiring/models.ts'
import { type BackendCheck, probeBackends } from '../wiring/probe-backends.ts'
import { probeSchedulers } from '../wiring/probe-schedulers.ts'
import type { CliIo } from './io.ts'
import { readFleet } from './read-fleet.ts'

/**
 * Asks every backend and every scheduler of a fleet what is missing to steer it. Nothing is written.
 *
 * @throws InvalidInput where the fleet or one of its files is wrong
 */
export async function checkBackends(
  request: { readonly fleet?: string },
  io: CliIo,
): Promise<readonly BackendCheck[]> {
  const env = readEnv(io.env)
  const fleetFile = (request.fleet ?? env.fleet)!
  const fleet = await readFleet(fleetFile)
  const readFile = fleetFiles(fleetFile, env.dataFolder)
  const warn = (message: string) => io.err(`warning: ${message}\n`)
  const places: Placement[] = []
  for (const model of fleet.models) {
    const knowledge = await modelKnowledge(model, readFile, warn)
    for (const { id: region, gpus } of fleet.regions) {
      const points = fitModel(
        model,
        fleet,
        knowledge,
        gpus.map(({ type }) => catalogueGpu(type)),
      )
      places.push(...points.map(({ id: variant }) => ({ model: model.id, region, variant })))
    }
  }
  const checks = await Promise.all([
    probeBackends(fleet, places, { env: io.env, nowMs: io.nowMs }),
    probeSchedulers(fleet, io.nowMs),
  ])
  return checks.flat()
}
