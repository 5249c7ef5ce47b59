import type { Fleet } from '../../../services/fleet/index.ts'
import type { Load } from './weeks.ts'

/** Mean output tokens/s of the two recordings: the production one is scaled to the other's mean. */
const CONVERSATION_MEAN = 4971.26
const PRODUCTION_MEAN = 96_019.4

/** The same fleet under another kind of traffic, as much of it. */
export function underLoad(fleet: Fleet, load: Load): Fleet {
  if (load === 'conversation') return fleet
  return {
    ...fleet,
    models: fleet.models.map((model) => ({
      ...model,
      demand: model.demand.map((demand) =>
        demand.kind === 'csv'
          ? {
              ...demand,
              file: 'data:traces/servegen_m-mid_10min.csv',
              timeColumn: 't_s',
              intervalMinutes: 10,
              scale: (demand.scale * CONVERSATION_MEAN) / PRODUCTION_MEAN,
            }
          : demand,
      ),
    })),
  }
}
