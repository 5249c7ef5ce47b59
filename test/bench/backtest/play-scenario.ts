import { join } from 'node:path'
import {
  type BacktestOutcome,
  checkLeaks,
  type GridRecord,
  POLICIES,
  type PolicyJob,
  windowsToPlay,
} from '../../../services/backtest/index.ts'
import { openRecords } from '../../../services/cli/backtest/open-record.ts'
import { runBacktest } from '../../../services/cli/backtest/run-backtest.ts'
import { readFleet } from '../../../services/cli/read-fleet.ts'
import type { Fleet } from '../../../services/fleet/index.ts'
import { gatherDemand } from '../../../services/pipeline/gather-record.ts'
import { loadHighs } from '../../../services/planning/index.ts'
import type { Threads } from '../../../services/platform/threads.ts'
import { fleetFiles } from '../../../services/wiring/fleet-files.ts'
import { demandTraces } from '../../../services/wiring/traces.ts'
import { underLoad } from './load-family.ts'
import { LOADS, REPORTED_WEEKS, TUNING_WEEKS } from './weeks.ts'

const SEED = 1
const WINDOW_MS = 300_000
const DAY_MS = 86_400_000
/** Windows at which a future is changed: before, in and after the first plans. */
const LEAK_CUTS = [1, 7, 40]

export interface PlayedScenario {
  readonly outcome: BacktestOutcome
  /** Policies whose decisions changed with their future. */
  readonly leaks: readonly string[]
  readonly simulatedHours: number
  readonly seconds: number
}

/** Tunes every policy on the tuning weeks, and reports the others. */
export async function playScenario(
  name: string,
  options: { days: number; data: string; folder: string; varied: readonly string[] },
  threads: Threads,
): Promise<PlayedScenario> {
  const file = join(import.meta.dirname, `../../../config/scenarios/${name}.yaml`)
  const fleet = await readFleet(file)
  const readFile = fleetFiles(file, options.data)
  const spans = [...TUNING_WEEKS, ...REPORTED_WEEKS].map((week) => {
    const fromMs = Date.parse(`${week}T00:00Z`)
    return { fromMs, toMs: fromMs + options.days * DAY_MS }
  })
  const started = performance.now()
  const opened = await openRecords(fleet, spans, SEED, { readFile, env: {}, warn: () => undefined })
  const byLoad = await Promise.all(
    LOADS.map((load) => withLoad(underLoad(fleet, load), opened.records, spans, readFile)),
  )
  const tuned = byLoad.flatMap((records) => records.slice(0, TUNING_WEEKS.length))
  const reported = byLoad.flatMap((records) => records.slice(TUNING_WEEKS.length))
  const policies = [...POLICIES.map(({ id }) => id), 'clairvoyant']
  const from = `${options.days} day(s) of ${REPORTED_WEEKS.join(', ')}`
  const outcome = await runBacktest(
    { fleet, from, to: LOADS.join(' and '), seed: SEED, policies, tuned, varied: options.varied },
    { ...opened, records: reported, vary: (v) => opened.vary(v) },
    { threads, folder: options.folder, onProgress: progressLines(name) },
  )
  const solver = await loadHighs()
  const leaks = POLICIES.filter(
    (policy) =>
      checkLeaks(opened.arena, reported[0]!, () => policy, policy.published, LEAK_CUTS, solver)
        .length > 0,
  ).map(({ id }) => id)
  const windows = policies.reduce((sum, policy) => {
    const job: PolicyJob = { policy, arena: opened.arena, tuning: tuned, reported, seed: SEED }
    return sum + windowsToPlay(job)
  }, 0)
  return {
    outcome,
    leaks,
    simulatedHours: (windows * WINDOW_MS) / 3_600_000,
    seconds: (performance.now() - started) / 1000,
  }
}

function withLoad(
  fleet: Fleet,
  records: readonly GridRecord[],
  spans: readonly { fromMs: number; toMs: number }[],
  readFile: Parameters<typeof demandTraces>[1],
): Promise<GridRecord[]> {
  return Promise.all(
    records.map(async (record, index) => ({
      ...record,
      demand: await gatherDemand(
        fleet,
        { ...spans[index]!, windowMs: WINDOW_MS, seed: SEED + index },
        { tracesOf: (model) => demandTraces(model, readFile) },
      ),
    })),
  )
}

function progressLines(name: string) {
  let shown = -1
  return (what: string, share: number) => {
    const tenth = Math.floor(10 * share)
    if (tenth === shown) return
    shown = tenth
    console.error(`${name}: ${what} ${10 * tenth} %`)
  }
}
