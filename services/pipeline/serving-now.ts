import { secondsFromMs } from '../domain/units.ts'
import type { Model } from '../fleet/index.ts'
import { judgeSlo, type Serving } from '../telemetry/index.ts'

/** How a model is doing by its metrics; without telemetry nothing is known. */
export type ReadServing = (model: string) => Promise<Serving>

export interface ServingNow extends Serving {
  readonly model: string
  /** Against what the fleet file promises; the metrics know nothing of the network. */
  readonly slo: 'ok' | 'burning' | 'unknown'
}

/** How every model of the fleet is doing against its promises. */
export const servingNow = (
  read: ReadServing,
  models: readonly Model[],
): Promise<readonly ServingNow[]> =>
  Promise.all(
    models.map(async ({ id, slo }) => {
      const serving = await read(id)
      const promised = {
        ttftP95Seconds: secondsFromMs(slo.ttftP95Ms),
        tpotP95Seconds: secondsFromMs(slo.tpotP95Ms),
      }
      return { ...serving, model: id, slo: judgeSlo(serving, promised) }
    }),
  )
