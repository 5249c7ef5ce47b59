import type { Fleet } from '../../../services/fleet/index.ts'
import type { ReadFleetFile } from '../../../services/wiring/fleet-files.ts'
import type { Load } from './weeks.ts'

/** Mean output tokens/s of the two recordings, gaps bridged: the production one is scaled to the other. */
const CONVERSATION_MEAN = 4971.26
const PRODUCTION_MEAN = 98_875
const PRODUCTION_FILE = 'data:traces/servegen_m-mid_10min.csv'
/** Windows with less than this share of the median of requests were not recorded in full. */
const RECORDED_SHARE = 0.05

const WEEK_HOURS = 168
const WEEK_MS = WEEK_HOURS * 3_600_000

/** Which of the two weeks of the production recording is played. */
export type ProductionWeek = 0 | 1

/**
 * The same fleet under another kind of traffic, as much of it.
 *
 * @param fromMs first instant played, in a week that is to have `productionWeek` of the recording
 */
export function underLoad(
  fleet: Fleet,
  load: Load,
  fromMs: number,
  productionWeek: ProductionWeek,
): Fleet {
  if (load === 'conversation') return fleet
  const onCalendar = Math.floor(fromMs / WEEK_MS) % 2
  const shiftHours = onCalendar === productionWeek ? 0 : WEEK_HOURS
  return {
    ...fleet,
    models: fleet.models.map((model) => ({
      ...model,
      demand: model.demand.map((demand) =>
        demand.kind === 'csv'
          ? {
              ...demand,
              file: PRODUCTION_FILE,
              timeColumn: 't_s',
              intervalMinutes: 10,
              shiftHours: demand.shiftHours + shiftHours,
              scale: (demand.scale * CONVERSATION_MEAN) / PRODUCTION_MEAN,
            }
          : demand,
      ),
    })),
  }
}

/**
 * Leaves the gaps of the production recording out, so that they are bridged: 102 of its 2,016 windows,
 * in which the recording stood still or began again. All others have over a quarter of the median.
 */
export function withoutGaps(readFile: ReadFleetFile): ReadFleetFile {
  return async (path) => {
    const text = await readFile(path)
    if (path !== PRODUCTION_FILE) return text
    const [head, ...rows] = text.trim().split('\n')
    const requests = rows.map((row) => Number(row.split(',')[1]))
    const median = requests.toSorted((a, b) => a - b)[requests.length >> 1]!
    return [head, ...rows.filter((_, i) => requests[i]! >= RECORDED_SHARE * median)].join('\n')
  }
}
