import { setTimeout as pause } from 'node:timers/promises'
import { Command } from 'commander'
import { InvalidInput } from '../../domain/errors.ts'
import { type Window, windowsFrom } from '../../domain/window.ts'
import { annualMeanOf, climatologyOf, windowForecaster } from '../../forecast/index.ts'
import { outlookOf } from '../../pipeline/outlook-of.ts'
import { type WhenAnswer, whenToRun } from '../../pipeline/when-to-run.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { ExitWith } from '../exit-with.ts'
import { gridOfFleet } from '../grid-desk.ts'
import type { CliIo } from '../io.ts'
import { readDurationMs, readInstantMs } from '../read-time.ts'

interface WhenOptions {
  readonly duration: string
  readonly deadline: string
  readonly zone?: string
  readonly fleet?: string
  readonly at?: string
  readonly interruptible?: true
  readonly leastSaving: string
  readonly wait?: true
  readonly json?: true
}

const LATER = EXIT_CODES.later.code
const HOUR_MS = 3_600_000
/** Forecasts change; a waiting command looks again this often. */
const LOOK_AGAIN_MS = 900_000
const LONGEST_HOURS = 168

/** `gridtide when`: is now a good time? For pipelines, which read the exit code. */
export function whenCommand(io: CliIo, sleep: (ms: number) => Promise<unknown> = pause): Command {
  return new Command('when')
    .description(`when to run something: exit code 0 is now, ${LATER} is later`)
    .requiredOption('--duration <time>', 'how long it runs, e.g. 90m or 2h')
    .requiredOption('--deadline <instant>', 'ISO 8601, +8h, or tomorrow (its end, UTC)')
    .option('--zone <zone>', 'grid zone, e.g. DE; its climatology, without any network')
    .option(
      '-f, --fleet <file>',
      'fleet file: its zones and grid sources (default: GRIDTIDE_FLEET)',
    )
    .option('--at <instant>', 'as of this ISO 8601 instant')
    .option('--interruptible', 'it may be cut into pieces; the answer is its first')
    .option('--least-saving <percent>', 'wait only for a saving of this or more', '1')
    .option('--wait', 'wait until then, looking again every 15 min, and exit with 0')
    .option('--json', 'print data instead of words')
    .action((options: WhenOptions) => decide(options, io, sleep))
}

async function decide(
  options: WhenOptions,
  io: CliIo,
  sleep: (ms: number) => Promise<unknown>,
): Promise<void> {
  const startedMs = options.at === undefined ? io.nowMs() : readInstantMs('--at', options.at, 0)
  const deadlineMs = readInstantMs('--deadline', options.deadline, startedMs)
  for (let nowMs = startedMs; ; nowMs = io.nowMs()) {
    const answer = await look(options, io, nowMs, deadlineMs)
    io.out(options.json ? `${JSON.stringify(shown(answer, nowMs))}\n` : words(answer, nowMs))
    if (answer.startMs <= nowMs) return
    if (!options.wait) throw new ExitWith('later')
    await sleep(Math.min(answer.startMs - nowMs, LOOK_AGAIN_MS))
  }
}

async function look(
  options: WhenOptions,
  io: CliIo,
  nowMs: number,
  deadlineMs: number,
): Promise<WhenAnswer> {
  const durationMs = readDurationMs('--duration', options.duration)
  const leastSaving = Number(options.leastSaving)
  if (!(leastSaving >= 0 && leastSaving <= 100)) {
    throw new InvalidInput(`--least-saving ${options.leastSaving}: expected 0 to 100 percent`)
  }
  if (deadlineMs <= nowMs) throw new InvalidInput(`--deadline ${options.deadline}: is past`)
  if (durationMs > LONGEST_HOURS * HOUR_MS) {
    throw new InvalidInput(
      `--duration ${options.duration}: nobody knows the grid further ahead than ${LONGEST_HOURS} h`,
    )
  }
  const hours = Math.min(LONGEST_HOURS, Math.ceil((deadlineMs - nowMs) / HOUR_MS) + 1)
  const windows = windowsFrom(nowMs, HOUR_MS, hours)
  return whenToRun({
    nowMs,
    durationHours: durationMs / HOUR_MS,
    deadlineMs: Math.min(deadlineMs, nowMs + LONGEST_HOURS * HOUR_MS),
    interruptible: options.interruptible === true,
    leastSavedRatio: leastSaving / 100,
    outlooks: await outlooks(options, io, nowMs, windows),
  })
}

async function outlooks(
  { zone, fleet }: WhenOptions,
  io: CliIo,
  nowMs: number,
  windows: readonly Window[],
) {
  const placed = (id: string, forecast: Parameters<typeof outlookOf>[2]) =>
    outlookOf({ id, pue: 1, usdPerGpuHour: 0 }, windows, forecast)
  if (zone !== undefined && fleet === undefined)
    return [placed(zone, offline(zone, nowMs, windows))]
  const { grid } = await gridOfFleet(
    { ...(fleet && { fleet }), at: new Date(nowMs).toISOString() },
    io,
  )
  const zones = zone === undefined ? await grid.zones() : [zone]
  return Promise.all(
    zones.map(async (each) => placed(each, (await grid.forecast(each, windows)).windows)),
  )
}

const AVERAGE = { signal: 'average', basis: 'lifecycle' } as const

function offline(zone: string, nowMs: number, windows: readonly Window[]) {
  const climatology = climatologyOf(zone, AVERAGE)
  const annual = annualMeanOf(zone, AVERAGE)
  if (!climatology && !annual)
    throw new InvalidInput(`--zone ${zone}: nothing is known of this zone`)
  return windowForecaster({ measure: AVERAGE, series: [], climatology, annual, nowMs })(windows)
}

function shown({ startMs, endMs, region, nowRegion, ...numbers }: WhenAnswer, nowMs: number) {
  const now = startMs <= nowMs
  return {
    now,
    zone: region,
    nowZone: nowRegion,
    start: new Date(startMs).toISOString(),
    end: new Date(endMs).toISOString(),
    ...numbers,
  }
}

function words(answer: WhenAnswer, nowMs: number): string {
  const { region, nowRegion, carbonGPerKwh, nowCarbonGPerKwh, savedRatio } = answer
  const g = (value: number) => value.toFixed(0)
  if (answer.startMs <= nowMs) return `now, in ${region}: ${g(carbonGPerKwh)} gCO2e/kWh\n`
  const start = new Date(answer.startMs).toISOString()
  const now = `${g(nowCarbonGPerKwh)} now${nowRegion === region ? '' : ` in ${nowRegion}`}`
  return `at ${start}, in ${region}: ${g(carbonGPerKwh)} gCO2e/kWh instead of ${now}, ${(100 * savedRatio).toFixed(0)} % less\n`
}
