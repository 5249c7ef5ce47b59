import {
  type Arena,
  compileArena,
  EXPECTED_HOURS,
  type GridRecord,
  OUTLOOK_HOURS,
  type Variation,
} from '../../backtest/index.ts'
import type { Fleet } from '../../fleet/index.ts'
import { fitModel } from '../../pipeline/fit-model.ts'
import { gatherArena, gatherRecord } from '../../pipeline/gather-record.ts'
import { axiosHttp } from '../../platform/http.ts'
import type { ReadFleetFile } from '../../wiring/fleet-files.ts'
import { gridSources } from '../../wiring/grid-sources.ts'
import { marginalRecord } from '../../wiring/marginal-record.ts'
import { modelKnowledge } from '../../wiring/models.ts'
import { gridOver } from '../../wiring/open-grid.ts'
import { demandTraces } from '../../wiring/traces.ts'
import { keptExpectations } from './kept-expectations.ts'
import type { PlayedSpan } from './played-span.ts'

/** Backtests look every five minutes, whatever the fleet plans by. */
const WINDOW_MS = 300_000
const HOUR_MS = 3_600_000

export interface RecordPorts {
  readonly readFile: ReadFleetFile
  readonly env: Readonly<Record<string, string | undefined>>
  readonly warn: (message: string) => void
  /** CSV of a marginal signal, columns `zone,datetime_utc,gco2_per_kwh`, to be shown beside. */
  readonly marginal?: string
  /** Where what was expected is kept for another time. */
  readonly folder?: string
  readonly onHour?: (done: number, of: number) => void
}

/** What a backtest is played on. */
export interface OpenedRecords {
  readonly arena: Arena
  readonly records: readonly GridRecord[]
  /** The same fleet with an assumption changed. */
  readonly vary: (variation: Variation) => { arena: Arena; records: readonly GridRecord[] }
}

/**
 * Reads a fleet's layouts once, and what happened in each span.
 *
 * @throws InvalidInput where a file of the fleet does not fit, or nothing was recorded
 */
export async function openRecords(
  fleet: Fleet,
  spans: readonly PlayedSpan[],
  seed: number,
  { readFile, env, warn, marginal, folder, onHour }: RecordPorts,
): Promise<OpenedRecords> {
  let clockMs = 0
  const pointsOf: Parameters<typeof gatherArena>[2]['pointsOf'] = async (model, gpus) =>
    fitModel(model, fleet, await modelKnowledge(model, readFile, warn), gpus)
  const arena = await gatherArena(fleet, WINDOW_MS, { pointsOf })
  const hours = spans.map(({ fromMs, toMs }) => (toMs - fromMs) / HOUR_MS)
  const allHours = hours.reduce((a, b) => a + b, 0)
  const nowMs = () => clockMs
  const providers = await gridSources(fleet, { http: axiosHttp(), nowMs, readFile, env, warn })
  const marginalOf = marginal === undefined ? {} : { marginal: marginalRecord(marginal, nowMs) }
  const keptOf = await keptExpectations(folder, fleet, readFile)
  const records: GridRecord[] = []
  for (const [index, span] of spans.entries()) {
    const { outlook = false } = span
    // Each span has a reader of its own: what one week taught must not reach an earlier one.
    const aheadMs = (outlook ? OUTLOOK_HOURS : EXPECTED_HOURS) * HOUR_MS
    const { reader } = gridOver(fleet, providers, { nowMs, aheadMs })
    const before = hours.slice(0, index).reduce((a, b) => a + b, 0)
    records.push(
      await gatherRecord(
        fleet,
        { ...span, windowMs: WINDOW_MS, seed: seed + index },
        {
          reader,
          providers,
          ...marginalOf,
          outlook,
          kept: keptOf(span),
          setNow: (atMs) => {
            clockMs = atMs
          },
          pointsOf,
          tracesOf: (model) => demandTraces(model, readFile),
          warn,
          onHour: (done) => onHour?.(before + done, allHours),
        },
      ),
    )
  }
  return { arena, records, vary: (variation) => varied(fleet, arena, records, variation) }
}

function varied(
  fleet: Fleet,
  arena: Arena,
  records: readonly GridRecord[],
  { problem, record }: Variation,
) {
  const latencies = new Map(fleet.regions.map(({ id, latencyMs }) => [id, latencyMs]))
  return {
    arena: problem
      ? compileArena(problem(arena.problem), {
          windowSeconds: arena.windowSeconds,
          releaseSeconds: [...arena.releaseSeconds],
          latencyMs: (region, origin) => latencies.get(region)?.[origin],
        })
      : arena,
    records: record ? records.map(record) : records,
  }
}
