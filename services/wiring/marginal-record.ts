import { csvReplay } from '../grid/adapters/csv-replay.ts'
import type { GridProvider } from '../grid/index.ts'

/**
 * A recorded marginal signal, whatever the fleet plans on: to be shown beside, never mixed with it.
 *
 * @param text CSV, columns `zone,datetime_utc,gco2_per_kwh`
 * @throws InvalidInput naming the line that does not fit
 */
export const marginalRecord = (text: string, nowMs: () => number): GridProvider =>
  csvReplay({ history: text, nowMs, signal: 'marginal', name: 'marginal record' })
