import type { Fleet, Model } from '../fleet/index.ts'
import type { ModelKnowledge } from '../pipeline/fit-model.ts'
import { modelKnowledge } from './models.ts'
import type { Service } from './service.ts'

export interface KnownModel {
  readonly fleet: Fleet
  readonly model: Model
  /** With the runs that callers sent. */
  readonly knowledge: ModelKnowledge
}

/** A model of the fleet and all that is known of it now; undefined where the fleet has none such. */
export async function knownModel(
  { fleetNow, log, readFile, stores }: Service,
  id: string,
): Promise<KnownModel | undefined> {
  const fleet = await fleetNow()
  const model = fleet.models.find((one) => one.id === id)
  if (!model) return undefined
  const uploads = await stores.runs.textsOf(id)
  const warn = (message: string) => log.warn(message)
  return { fleet, model, knowledge: await modelKnowledge(model, readFile, warn, uploads) }
}
