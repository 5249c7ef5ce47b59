import {
  type Arena,
  compileArena,
  EXPECTED_HOURS,
  type GridRecord,
  OUTLOOK_HOURS,
  withWeeklyNoise,
} from '../backtest/index.ts'
import { recordedOverWindows } from '../demand/index.ts'
import type { CarbonSeries } from '../domain/carbon-series.ts'
import { InvalidInput, NotFound } from '../domain/errors.ts'
import { secondsFromMs } from '../domain/units.ts'
import { type Window, windowsFrom } from '../domain/window.ts'
import { catalogueGpu } from '../fitting/index.ts'
import type { Fleet } from '../fleet/index.ts'
import type { GridProvider, GridReader } from '../grid/index.ts'
import { frameProblem } from './frame-problem.ts'
import type { ProblemSources } from './gather-problem.ts'
import { readCarbon } from './read-carbon.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const YEAR_MS = 365 * DAY_MS
/** The past that every policy has seen: a week to learn its shape from, and a day to spare. */
const LEAD_MS = 8 * DAY_MS

/** The time that is played, both at whole hours. */
export interface RecordSpan {
  readonly fromMs: number
  readonly toMs: number
  readonly windowMs: number
  /** Of the noise on replayed traffic. */
  readonly seed: number
}

/** What was expected of a zone, hour by hour. */
export interface Expected {
  /** From the record's first hour on, EXPECTED_HOURS each. */
  readonly soon: Float64Array
  /** From the first played hour on, OUTLOOK_HOURS each; empty where nobody asked. */
  readonly outlook: Float64Array
}

/** Keeps what was expected of a span: nothing in a backtest takes longer to find out. */
export interface KeptExpectations {
  read(zone: string): Promise<Expected | undefined>
  write(zone: string, expected: Expected): Promise<void>
}

/** Where a record is read from; the clock is the caller's, and nothing later than it is shown. */
export interface RecordSources extends Pick<ProblemSources, 'pointsOf' | 'tracesOf' | 'warn'> {
  readonly setNow: (nowMs: number) => void
  readonly reader: GridReader
  readonly providers: readonly GridProvider[]
  /** Where what one more kWh emitted is recorded too. */
  readonly marginal?: GridProvider
  /** Also how the next days looked at each hour, for deferrable work. */
  readonly outlook?: boolean
  /** What an earlier reading of the same span found. */
  readonly kept?: KeptExpectations
  readonly onHour?: (done: number, of: number) => void
}

/** The fleet as the simulated world sees it: layouts, pools and who may be served where. */
export async function gatherArena(
  fleet: Fleet,
  windowMs: number,
  { pointsOf }: Pick<RecordSources, 'pointsOf'>,
): Promise<Arena> {
  const types = fleet.regions.flatMap(({ gpus }) => gpus.map(({ type }) => type))
  const gpus = [...new Set(types)].map(catalogueGpu)
  const windows = windowsFrom(0, windowMs, 1)
  const blank = {
    carbonGPerKwh: 0,
    lowGPerKwh: 0,
    highGPerKwh: 0,
    quality: 'blind',
    source: '',
  } as const
  const pointsByModel = new Map<string, Awaited<ReturnType<RecordSources['pointsOf']>>>()
  for (const model of fleet.models) pointsByModel.set(model.id, await pointsOf(model, gpus))
  const problem = frameProblem({
    fleet,
    windows,
    carbonByZone: new Map(fleet.regions.map(({ zone }) => [zone, [blank]])),
    pointsByModel,
    demandByModel: new Map(fleet.models.map(({ id, demand }) => [id, demand.map(() => [0])])),
    idleWattsByGpu: new Map(gpus.map(({ name, idleWatts }) => [name, idleWatts])),
    running: [],
  })
  const latencies = new Map(fleet.regions.map(({ id, latencyMs }) => [id, latencyMs]))
  return compileArena(problem, {
    windowSeconds: secondsFromMs(windowMs),
    releaseSeconds: fleet.regions.map(({ releaseDelayMinutes }) => releaseDelayMinutes * 60),
    latencyMs: (region, origin) => latencies.get(region)?.[origin],
  })
}

/**
 * What happened between two instants, and what the service would have known of it hour by hour: the
 * same reader, quarantine and forecasts as a tick has, with the clock put back.
 *
 * @throws InvalidInput where nobody has recorded what the grid did
 */
export async function gatherRecord(
  fleet: Fleet,
  span: RecordSpan,
  sources: RecordSources,
): Promise<GridRecord> {
  const startMs = span.fromMs - LEAD_MS
  const windows = windowsFrom(startMs, span.windowMs, (span.toMs - startMs) / span.windowMs)
  const zones = [...new Set(fleet.regions.map(({ zone }) => zone))]
  sources.setNow(span.toMs)
  const measured = await measuredByZone(zones, startMs - YEAR_MS, span.toMs, sources.providers)
  const byRegion = <X>(of: (zone: string) => X): X[] => fleet.regions.map(({ zone }) => of(zone))
  const overAll = (byZone: typeof measured) =>
    byRegion((zone) => overWindows(byZone.get(zone)!, windows, zone))
  // Before the forecasts are read, which takes long: what was not measured cannot be played.
  const actual = overAll(measured)
  const marginal =
    sources.marginal && (await measuredByZone(zones, startMs, span.toMs, [sources.marginal]))
  const expected = await expectedByZone(fleet, zones, span, sources)
  return {
    startMs,
    windowSeconds: secondsFromMs(span.windowMs),
    windowCount: windows.length,
    leadWindows: LEAD_MS / span.windowMs,
    demand: await gatherDemand(fleet, span, sources),
    actual,
    ...(marginal && { marginal: overAll(marginal) }),
    expected: byRegion((zone) => expected.get(zone)!.soon),
    ...(sources.outlook && { outlook: byRegion((zone) => expected.get(zone)!.outlook) }),
    pastMean: byRegion((zone) => meanBefore(measured.get(zone)!, startMs)),
  }
}

async function expectedByZone(
  fleet: Fleet,
  zones: readonly string[],
  span: RecordSpan,
  sources: RecordSources,
): Promise<ReadonlyMap<string, Expected>> {
  const { kept } = sources
  const known = new Map<string, Expected>()
  for (const zone of zones) {
    const before = await kept?.read(zone)
    if (before) known.set(zone, before)
  }
  const others = zones.filter((zone) => !known.has(zone))
  if (others.length === 0) return known
  const found = await readExpected(fleet, others, span, sources)
  for (const [zone, expected] of found) await kept?.write(zone, expected)
  return new Map([...known, ...found])
}

async function readExpected(
  { signal, basis }: Fleet,
  zones: readonly string[],
  { fromMs, toMs }: RecordSpan,
  { setNow, reader, warn, onHour, outlook = false }: RecordSources,
): Promise<ReadonlyMap<string, Expected>> {
  const measure = { signal, basis }
  const lead = LEAD_MS / HOUR_MS
  const hours = (toMs - fromMs) / HOUR_MS
  const ahead = outlook ? OUTLOOK_HOURS : EXPECTED_HOURS
  const table = new Map(
    zones.map((zone): [string, Expected] => [
      zone,
      {
        soon: new Float64Array((lead + hours) * EXPECTED_HOURS),
        outlook: new Float64Array(outlook ? hours * OUTLOOK_HOURS : 0),
      },
    ]),
  )
  const readAt = (nowMs: number) => {
    setNow(nowMs)
    const windows = windowsFrom(nowMs, HOUR_MS, ahead)
    return readCarbon({ zones, windows, measure, nowMs, reader, warn })
  }
  // The service has been running for a while: it has seen, and archived, what came before.
  for (let nowMs = fromMs - LEAD_MS; nowMs < fromMs; nowMs += DAY_MS) await readAt(nowMs)
  for (let hour = 0; hour < hours; hour++) {
    const carbon = await readAt(fromMs + hour * HOUR_MS)
    for (const [zone, { windows }] of carbon) {
      const row = windows.map(({ carbonGPerKwh }) => carbonGPerKwh)
      table.get(zone)!.soon.set(row.slice(0, EXPECTED_HOURS), (lead + hour) * EXPECTED_HOURS)
      if (outlook) table.get(zone)!.outlook.set(row, hour * OUTLOOK_HOURS)
    }
    onHour?.(hour + 1, hours)
  }
  return table
}

/** Read after the fact, with the clock at the end. */
async function measuredByZone(
  zones: readonly string[],
  fromMs: number,
  toMs: number,
  providers: readonly GridProvider[],
): Promise<ReadonlyMap<string, CarbonSeries>> {
  const provider = providers.find(({ history }) => history !== undefined)
  if (!provider?.history) {
    throw new InvalidInput(
      'no grid source has a history: a backtest needs what the grid really did',
    )
  }
  const entries = zones.map(
    async (zone) => [zone, await provider.history!(zone, fromMs, toMs)] as const,
  )
  return new Map(
    await Promise.all(entries).catch((error: unknown) => {
      if (!(error instanceof NotFound)) throw error
      throw new InvalidInput(`${error.message}. ${WITHIN}`, [], { cause: error })
    }),
  )
}

const WITHIN = `Choose a time within that; a backtest also needs the ${LEAD_MS / DAY_MS} days before it begins.`

function overWindows(
  { slots }: CarbonSeries,
  windows: readonly Window[],
  zone: string,
): Float64Array {
  let at = 0
  return Float64Array.from(windows, ({ startMs }) => {
    while (at + 1 < slots.length && slots[at + 1]!.startMs <= startMs) at += 1
    const slot = slots[at]
    if (!slot || slot.startMs > startMs || slot.endMs <= startMs) {
      const iso = (ms: number) => new Date(ms).toISOString()
      const measured = `${iso(slots[0]!.startMs)} to ${iso(slots.at(-1)!.endMs)}`
      throw new InvalidInput(
        `${zone}: nothing measured at ${iso(startMs)}; of the time read there is ${measured}. ${WITHIN}`,
      )
    }
    return slot.carbonGPerKwh
  })
}

function meanBefore({ slots }: CarbonSeries, endMs: number): number {
  const before = slots.filter((slot) => slot.endMs <= endMs)
  return before.reduce((sum, slot) => sum + slot.carbonGPerKwh, 0) / Math.max(1, before.length)
}

/**
 * The traffic of a span and of the time before it, by model and origin, tokens/s.
 *
 * @throws InvalidInput where a trace cannot be read
 */
export async function gatherDemand(
  fleet: Fleet,
  { fromMs, toMs, seed, windowMs }: RecordSpan,
  { tracesOf }: Pick<RecordSources, 'tracesOf'>,
): Promise<readonly (readonly Float64Array[])[]> {
  const startMs = fromMs - LEAD_MS
  const windows = windowsFrom(startMs, windowMs, (toMs - startMs) / windowMs)
  const recorded: Float64Array[][] = []
  for (const [m, model] of fleet.models.entries()) {
    const traces = await tracesOf(model)
    recorded.push(
      model.demand.map((demand, o) => {
        const rates = recordedOverWindows(demand, windows, traces[o])
        // A trace of this very time needs no noise to differ from the week before.
        const isReal = demand.kind === 'csv' && demand.repeat === 'never'
        return isReal ? rates : withWeeklyNoise(rates, secondsFromMs(windowMs), seed, 1000 * m + o)
      }),
    )
  }
  return recorded
}
