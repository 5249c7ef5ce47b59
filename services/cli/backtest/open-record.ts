import { type Arena, compileArena, type GridRecord, type Variation } from '../../backtest/index.ts'
import type { Fleet } from '../../fleet/index.ts'
import { fitModel } from '../../pipeline/fit-model.ts'
import { gatherArena, gatherRecord } from '../../pipeline/gather-record.ts'
import { axiosHttp } from '../../platform/http.ts'
import type { ReadFleetFile } from '../../wiring/fleet-files.ts'
import { modelKnowledge } from '../../wiring/models.ts'
import { openGrid } from '../../wiring/open-grid.ts'
import { demandTraces } from '../../wiring/traces.ts'

/** Backtests look every five minutes, whatever the fleet plans by. */
const WINDOW_MS = 300_000

export interface RecordPorts {
  readonly readFile: ReadFleetFile
  readonly env: Readonly<Record<string, string | undefined>>
  readonly warn: (message: string) => void
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
  spans: readonly { readonly fromMs: number; readonly toMs: number }[],
  seed: number,
  { readFile, env, warn, onHour }: RecordPorts,
): Promise<OpenedRecords> {
  let clockMs = 0
  const pointsOf: Parameters<typeof gatherArena>[2]['pointsOf'] = async (model, gpus) =>
    fitModel(model, fleet, await modelKnowledge(model, readFile, warn), gpus)
  const arena = await gatherArena(fleet, WINDOW_MS, { pointsOf })
  const hours = spans.map(({ fromMs, toMs }) => (toMs - fromMs) / 3_600_000)
  const allHours = hours.reduce((a, b) => a + b, 0)
  const records: GridRecord[] = []
  for (const [index, span] of spans.entries()) {
    // Each span has a reader of its own: what one week taught must not reach an earlier one.
    const deps = { http: axiosHttp(), nowMs: () => clockMs, readFile, env, warn }
    const { reader, providers } = await openGrid(fleet, deps)
    const before = hours.slice(0, index).reduce((a, b) => a + b, 0)
    records.push(
      await gatherRecord(
        fleet,
        { ...span, windowMs: WINDOW_MS, seed: seed + index },
        {
          reader,
          providers,
          setNow: (nowMs) => {
            clockMs = nowMs
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
