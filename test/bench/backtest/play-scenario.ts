import { join } from 'node:path'
import {
  type BacktestOutcome,
  checkLeaks,
  FLOORS,
  type GridRecord,
  type JobsJob,
  POLICIES,
} from '../../../services/backtest/index.ts'
import { type OpenedRecords, openRecords } from '../../../services/cli/backtest/open-record.ts'
import { type BacktestPorts, runBacktest } from '../../../services/cli/backtest/run-backtest.ts'
import { readFleet } from '../../../services/cli/read-fleet.ts'
import type { Fleet } from '../../../services/fleet/index.ts'
import { framedJobs } from '../../../services/pipeline/frame-jobs.ts'
import { gatherDemand } from '../../../services/pipeline/gather-record.ts'
import { loadHighs } from '../../../services/planning/index.ts'
import type { Threads } from '../../../services/platform/threads.ts'
import { fleetFiles } from '../../../services/wiring/fleet-files.ts'
import { demandTraces } from '../../../services/wiring/traces.ts'
import { underLoad, withoutGaps } from './load-family.ts'
import { marginalFactors, withMarginal } from './marginal-factors.ts'
import { recordedJobs } from './recorded-jobs.ts'
import { type Load, REPORTED_WEEKS, TUNING_WEEKS } from './weeks.ts'

const SEED = 1
const WINDOW_MS = 300_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const ALWAYS = ['static', 'gridtide']
/** Windows at which a future is changed: before, in and after the first plans. */
const LEAK_CUTS = [1, 7, 40]

export interface PlayedScenario {
  /** By load family, those that were played. */
  readonly outcomes: Readonly<Partial<Record<Load, BacktestOutcome>>>
  /** Policies whose decisions changed with their future. */
  readonly leaks: readonly string[]
  /** Of all policies, tuning included, and how long that took on one core. */
  readonly simulatedHours: number
  readonly seconds: number
}

export interface ScenarioOptions {
  readonly days: number
  readonly data: string
  readonly folder: string
  readonly varied: readonly string[]
  readonly loads: readonly Load[]
  /** Played beside ours, the rule of thumb and the floors; all by default. */
  readonly policies?: readonly string[]
  /** Whether deferrable jobs are played too, in the first reported week. */
  readonly jobs: boolean
}

/** Tunes every policy on the tuning weeks, load by load, and reports the others. */
export async function playScenario(
  name: string,
  options: ScenarioOptions,
  threads: Threads,
): Promise<PlayedScenario> {
  const file = join(import.meta.dirname, `../../../config/scenarios/${name}.yaml`)
  const fleet = await readFleet(file)
  const readFile = withoutGaps(fleetFiles(file, options.data))
  const spans = [...TUNING_WEEKS, ...REPORTED_WEEKS].map((week) => {
    const fromMs = Date.parse(`${week}T00:00Z`)
    const outlook = week === REPORTED_WEEKS[0] && options.jobs
    return { fromMs, toMs: fromMs + options.days * DAY_MS, outlook }
  })
  const opened = await openRecords(fleet, spans, SEED, {
    readFile,
    env: {},
    warn: () => undefined,
    folder: join(options.folder, '..'),
  })
  const factors = marginalFactors(await readFile('data:traces/mef_regression_2021H2.csv'))
  const outcomes: Partial<Record<Load, BacktestOutcome>> = {}
  const time = { windows: 0, seconds: 0 }
  for (const load of options.loads) {
    const loaded = await withLoad(fleet, load, opened.records, spans, readFile)
    const records = loaded.map((record) => withMarginal(record, fleet, factors))
    // The jobs are the same under every load, and are played once.
    const jobs = options.jobs && load === options.loads[0]
    const recorded = jobs ? recordedJobs(options.data, options.days) : []
    const span = { ...spans[TUNING_WEEKS.length]!, seed: SEED }
    outcomes[load] = await playLoad(fleet, load, { ...opened, records }, threads, {
      ...options,
      jobs: framedJobs(opened.arena, span, recorded),
      onPlayed: (windows, seconds) => {
        time.windows += windows
        time.seconds += seconds
      },
    })
  }
  return {
    outcomes,
    leaks: await leaksIn(opened),
    simulatedHours: (time.windows * WINDOW_MS) / HOUR_MS,
    seconds: time.seconds,
  }
}

interface LoadOptions extends Omit<ScenarioOptions, 'jobs'> {
  readonly jobs: JobsJob['jobs']
  readonly onPlayed: NonNullable<BacktestPorts['onPlayed']>
}

async function playLoad(
  fleet: Fleet,
  load: Load,
  opened: OpenedRecords,
  threads: Threads,
  { days, folder, varied, jobs, onPlayed, policies: wanted }: LoadOptions,
): Promise<BacktestOutcome> {
  const tuned = opened.records.slice(0, TUNING_WEEKS.length)
  const reported = opened.records.slice(TUNING_WEEKS.length)
  const all = POLICIES.map(({ id }) => id)
  const some = wanted ? all.filter((id) => [...ALWAYS, ...wanted].includes(id)) : all
  const policies = [...some, ...FLOORS]
  const from = `${days} day(s) of ${REPORTED_WEEKS.join(', ')}`
  const vary: OpenedRecords['vary'] = (variation) => ({
    arena: opened.vary(variation).arena,
    records: variation.record ? reported.map(variation.record) : reported,
  })
  return runBacktest(
    { fleet, from, to: load, seed: SEED, policies, tuned, varied, jobs },
    { ...opened, records: reported, vary },
    { threads, folder, onPlayed, onProgress: progressLines(`${fleet.name}, ${load}`) },
  )
}

async function leaksIn({ arena, records }: OpenedRecords): Promise<string[]> {
  const solver = await loadHighs()
  const leaky = POLICIES.filter(
    (policy) =>
      checkLeaks(arena, records[0]!, () => policy, policy.published, LEAK_CUTS, solver).length > 0,
  )
  return leaky.map(({ id }) => id)
}

/** Tuning weeks have one week of the production recording, reported weeks the other. */
function withLoad(
  fleet: Fleet,
  load: Load,
  records: readonly GridRecord[],
  spans: readonly { fromMs: number; toMs: number }[],
  readFile: Parameters<typeof demandTraces>[1],
): Promise<GridRecord[]> {
  return Promise.all(
    records.map(async (record, index) => {
      const span = spans[index]!
      const productionWeek = index < TUNING_WEEKS.length ? 0 : 1
      const loaded = underLoad(fleet, load, span.fromMs, productionWeek)
      const demand = await gatherDemand(
        loaded,
        { ...span, windowMs: WINDOW_MS, seed: SEED + index },
        { tracesOf: (model) => demandTraces(model, readFile) },
      )
      return { ...record, demand }
    }),
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
