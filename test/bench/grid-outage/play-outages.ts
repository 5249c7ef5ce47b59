import { type GridRecord, playPolicy, type Summary } from '../../../services/backtest/index.ts'
import { readFleet } from '../../../services/cli/read-fleet.ts'
import { fitModel } from '../../../services/pipeline/fit-model.ts'
import { gatherArena, gatherRecord } from '../../../services/pipeline/gather-record.ts'
import { loadHighs } from '../../../services/planning/index.ts'
import { axiosHttp } from '../../../services/platform/http.ts'
import { fleetFiles } from '../../../services/wiring/fleet-files.ts'
import { gridSources } from '../../../services/wiring/grid-sources.ts'
import { modelKnowledge } from '../../../services/wiring/models.ts'
import { gridOver } from '../../../services/wiring/open-grid.ts'
import { demandTraces } from '../../../services/wiring/traces.ts'
import { awayBetween, type Span } from './away-between.ts'

const WINDOW_MS = 300_000
const DAY_MS = 86_400_000
const AHEAD_MS = 2 * 3_600_000
const SEED = 1

export interface PlayedDay {
  readonly static: Summary
  readonly atHome: Summary
  /** Ours, by name of the outage. */
  readonly ours: Readonly<Record<string, Summary>>
}

/**
 * Plays one day again and again: the service's own reader, ladder and planner, with every provider away
 * for part of the time up to the end of that day. What is compared with is played once: it asks nobody.
 *
 * @param fleetFile a scenario with archived forecasts
 * @param outages by name; the one of no length says how it is when nobody is away
 */
export async function playOutages(
  fleetFile: string,
  dataFolder: string,
  dayMs: number,
  outages: Readonly<Record<string, Span>>,
): Promise<PlayedDay> {
  const fleet = await readFleet(fleetFile)
  const readFile = fleetFiles(fleetFile, dataFolder)
  const warn = () => undefined
  let clockMs = 0
  const nowMs = () => clockMs
  const providers = await gridSources(fleet, { http: axiosHttp(), nowMs, readFile, env: {}, warn })
  const pointsOf: Parameters<typeof gatherArena>[2]['pointsOf'] = async (model, gpus) =>
    fitModel(model, fleet, await modelKnowledge(model, readFile, warn), gpus)
  const arena = await gatherArena(fleet, WINDOW_MS, { pointsOf })
  const records: GridRecord[] = []
  for (const span of Object.values(outages)) {
    const cut = providers.map((provider) => awayBetween(provider, span, nowMs))
    const { reader } = gridOver(fleet, cut, { nowMs, aheadMs: AHEAD_MS })
    const day = { fromMs: dayMs, toMs: dayMs + DAY_MS, windowMs: WINDOW_MS, seed: SEED }
    records.push(
      await gatherRecord(fleet, day, {
        reader,
        providers, // what the grid really did, read after the fact
        pointsOf,
        tracesOf: (model) => demandTraces(model, readFile),
        warn,
        setNow: (atMs) => {
          clockMs = atMs
        },
      }),
    )
  }
  const solver = await loadHighs()
  const play = (policy: string, reported: readonly GridRecord[]) =>
    playPolicy({ policy, arena, tuning: [], reported, seed: SEED }, solver).runs
  const ours = play('gridtide', records)
  const undisturbed = [records[0]!]
  return {
    static: play('static', undisturbed)[0]!,
    atHome: play('at-home', undisturbed)[0]!,
    ours: Object.fromEntries(Object.keys(outages).map((name, n) => [name, ours[n]!])),
  }
}
