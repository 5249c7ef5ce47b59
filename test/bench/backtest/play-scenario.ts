import { join } from 'node:path'
import {
  type BacktestOutcome,
  checkLeaks,
  type GridRecord,
  POLICIES,
  type PolicyJob,
  windowsToPlay,
} from '../../../services/backtest/index.ts'
import { type OpenedRecords, openRecords } from '../../../services/cli/backtest/open-record.ts'
import { runBacktest } from '../../../services/cli/backtest/run-backtest.ts'
import { readFleet } from '../../../services/cli/read-fleet.ts'
import type { Fleet } from '../../../services/fleet/index.ts'
import { gatherDemand } from '../../../services/pipeline/gather-record.ts'
import { loadHighs } from '../../../services/planning/index.ts'
import type { Threads } from '../../../services/platform/threads.ts'
import { fleetFiles } from '../../../services/wiring/fleet-files.ts'
import { demandTraces } from '../../../services/wiring/traces.ts'
import { underLoad } from './load-family.ts'
import { type Load, REPORTED_WEEKS, TUNING_WEEKS } from './weeks.ts'

const SEED = 1
const WINDOW_MS = 300_000
const DAY_MS = 86_400_000
/** Windows at which a future is changed: before, in and after the first plans. */
const LEAK_CUTS = [1, 7, 40]

export interface PlayedScenario {
  /** By load family, those that were played. */
  readonly outcomes: Readonly<Partial<Record<Load, BacktestOutcome>>>
  /** Policies whose decisions changed with their future. */
  readonly leaks: readonly string[]
  readonly simulatedHours: number
  readonly seconds: number
}

export interface ScenarioOptions {
  readonly days: number
  readonly data: string
  readonly folder: string
  readonly varied: readonly string[]
  readonly loads: readonly Load[]
}

/** Tunes every policy on the tuning weeks, load by load, and reports the others. */
export async function playScenario(
  name: string,
  options: ScenarioOptions,
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
  const outcomes: Partial<Record<Load, BacktestOutcome>> = {}
  let windows = 0
  for (const load of options.loads) {
    const records = await withLoad(underLoad(fleet, load), opened.records, spans, readFile)
    const played = await playLoad(fleet, load, { ...opened, records }, options, threads)
    outcomes[load] = played.outcome
    windows += played.windows
  }
  return {
    outcomes,
    leaks: await leaksIn(opened),
    simulatedHours: (windows * WINDOW_MS) / 3_600_000,
    seconds: (performance.now() - started) / 1000,
  }
}

async function playLoad(
  fleet: Fleet,
  load: Load,
  opened: OpenedRecords,
  { days, folder, varied }: ScenarioOptions,
  threads: Threads,
): Promise<{ outcome: BacktestOutcome; windows: number }> {
  const tuned = opened.records.slice(0, TUNING_WEEKS.length)
  const reported = opened.records.slice(TUNING_WEEKS.length)
  const policies = [...POLICIES.map(({ id }) => id), 'clairvoyant']
  const from = `${days} day(s) of ${REPORTED_WEEKS.join(', ')}`
  const vary: OpenedRecords['vary'] = (variation) => ({
    arena: opened.vary(variation).arena,
    records: variation.record ? reported.map(variation.record) : reported,
  })
  const outcome = await runBacktest(
    { fleet, from, to: load, seed: SEED, policies, tuned, varied },
    { ...opened, records: reported, vary },
    { threads, folder, onProgress: progressLines(`${fleet.name}, ${load}`) },
  )
  const windows = policies.reduce((sum, policy) => {
    const job: PolicyJob = { policy, arena: opened.arena, tuning: tuned, reported, seed: SEED }
    return sum + windowsToPlay(job)
  }, 0)
  return { outcome, windows }
}

async function leaksIn({ arena, records }: OpenedRecords): Promise<string[]> {
  const solver = await loadHighs()
  const leaky = POLICIES.filter(
    (policy) =>
      checkLeaks(arena, records[0]!, () => policy, policy.published, LEAK_CUTS, solver).length > 0,
  )
  return leaky.map(({ id }) => id)
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
