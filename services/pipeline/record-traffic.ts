import { declaredOverWindows, SEEN_WINDOW_MS, type Trace } from '../demand/index.ts'
import { type Window, windowsFrom } from '../domain/window.ts'
import type { Fleet, Model } from '../fleet/index.ts'
import type { MeasuredDemand } from '../overlays/index.ts'
import type { ReadServing } from './serving-now.ts'

export interface RecordTrafficPorts {
  fleet(): Promise<Pick<Fleet, 'models'>>
  readonly serving: ReadServing
  readonly tracesOf: (model: Model) => Promise<readonly (Trace | undefined)[]>
  record(measured: MeasuredDemand): Promise<void>
  nowMs(): number
}

/** Metrics that say nothing newer are of another window. */
const FRESH_MS = 2 * 60_000

/**
 * Keeps what the engines' metrics say that each model serves, in windows of five minutes, so that plans
 * know how traffic goes where nobody pushes it. Metrics tell no origins: it is split as the declared
 * traffic of the hour is, evenly where none is declared. Doing it twice does no harm.
 *
 * @returns how many models were measured
 */
export async function recordTraffic(ports: RecordTrafficPorts): Promise<{ recorded: number }> {
  const nowMs = ports.nowMs()
  const windows = windowsFrom(nowMs, SEEN_WINDOW_MS, 1)
  const { models } = await ports.fleet()
  let recorded = 0
  for (const model of models) {
    const { outputTokensPerSecond: rate, atMs = 0 } = await ports.serving(model.id)
    if (rate === undefined || nowMs - atMs > FRESH_MS) continue
    const shares = await declaredShares(ports, model, windows)
    for (const [o, { origin }] of model.demand.entries()) {
      const slots = [{ ...windows[0]!, tokensPerSecond: shares[o]! * rate }]
      await ports.record({ model: model.id, origin, slots })
    }
    recorded++
  }
  return { recorded }
}

/** Of each origin, in the first window. */
async function declaredShares(
  { tracesOf }: Pick<RecordTrafficPorts, 'tracesOf'>,
  model: Model,
  windows: readonly Window[],
): Promise<readonly number[]> {
  const { demand: origins } = model
  if (origins.length === 1) return [1]
  const traces = await tracesOf(model)
  const declared = origins.map((one, o) => declaredOverWindows(one, windows, traces[o])[0]!)
  const total = declared.reduce((sum, rate) => sum + rate, 0)
  return declared.map((rate) => (total > 0 ? rate / total : 1 / origins.length))
}
