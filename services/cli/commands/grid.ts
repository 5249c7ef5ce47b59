import { Command } from 'commander'
import { InvalidInput } from '../../domain/errors.ts'
import { windowsFrom } from '../../domain/window.ts'
import type { ForecastScore } from '../../forecast/index.ts'
import { axiosHttp, type HttpClient } from '../../platform/http.ts'
import { gridOfFleet } from '../grid-desk.ts'
import { type GridAnswers, gridOfService } from '../grid-of-service.ts'
import type { CliIo } from '../io.ts'
import { plainTable } from '../plain-table.ts'

interface GridOptions {
  readonly fleet?: string
  readonly at?: string
  readonly url?: string
  readonly json?: true
}

const HOUR_MS = 3_600_000
const whole = (value: number): string => value.toFixed(1)
const share = (pct: number | undefined): string => (pct === undefined ? '-' : whole(pct))
const stamp = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 16)}Z`

/** `gridtide grid`: what is known of the grid, and how far to trust it. */
export function gridCommand(io: CliIo, http: HttpClient = axiosHttp()): Command {
  const command = new Command('grid').description('read the grid: now, forecast, history, score')
  const sub = (name: string, what: string) =>
    command
      .command(`${name} [zone]`)
      .description(what)
      .option('-f, --fleet <file>', 'fleet file (default: GRIDTIDE_FLEET)')
      .option('--at <instant>', 'as of this ISO 8601 instant; nothing issued later is seen')
      .option('--url <url>', 'ask this running service instead; its key is read from GRIDTIDE_KEY')
      .option('--json', 'print data instead of words')

  sub('now', 'intensity of the running hour, of one zone or all of the fleet').action(
    async (zone: string | undefined, options: GridOptions) => {
      const { grid } = await open(options)
      const wanted = zone ? [zone] : await grid.zones()
      const zones = await Promise.all(wanted.map((each) => grid.now(each)))
      for (const each of zones)
        for (const reason of each.reasons) io.err(`${each.zone}: ${reason}\n`)
      const rows = zones.map((each) => [each.zone, ...columns(each)])
      io.out(options.json ? json(zones) : table(['zone', ...HEAD], rows))
    },
  )

  sub('forecast', 'intensity to come, with its band and rung')
    .option('--hours <count>', 'how far ahead, up to 168', hours, 24)
    .action(async (zone: string | undefined, options: GridOptions & { hours: number }) => {
      const { grid, nowMs } = await open(options)
      const windows = windowsFrom(nowMs, HOUR_MS, options.hours)
      const forecast = await grid.forecast(named(zone), windows)
      for (const reason of forecast.reasons) io.err(`${reason}\n`)
      const rows = forecast.windows.map((window) => [stamp(window.startMs), ...columns(window)])
      io.out(options.json ? json(forecast) : table(['from', ...HEAD], rows))
    })

  sub('history', 'intensity measured')
    .option('--hours <count>', 'how far back, up to 168', hours, 24)
    .action(async (zone: string | undefined, options: GridOptions & { hours: number }) => {
      const { grid, nowMs } = await open(options)
      const history = await grid.history(named(zone), nowMs - options.hours * HOUR_MS, nowMs)
      if (history.slots.length === 0) io.err(`no measured value of ${zone} is held\n`)
      const { quality, source = '' } = history
      const rows = history.slots.map(({ startMs, carbonGPerKwh, estimated }) => [
        stamp(startMs),
        whole(carbonGPerKwh),
        estimated ? `${quality}, estimated` : quality,
        source,
      ])
      io.out(options.json ? json(history) : table(['from', 'gCO2e/kWh', 'quality', 'source'], rows))
    })

  sub('score', 'how good the forecasts of a zone have been').action(
    async (zone: string | undefined, options: GridOptions) => {
      const { grid } = await open(options)
      const score = await grid.score(named(zone))
      if (!score?.issues) throw new InvalidInput(`no forecast of ${zone} has come true yet`)
      io.out(options.json ? json(score) : printScore(score))
    },
  )

  async function open({ url, at, fleet }: GridOptions): Promise<OpenGrid> {
    if (url === undefined) return gridOfFleet({ ...(fleet && { fleet }), ...(at && { at }) }, io)
    if (at !== undefined) throw new InvalidInput('--at and --url: a service answers for now')
    return { grid: gridOfService(url, io.env.GRIDTIDE_KEY, http), nowMs: io.nowMs() }
  }
  return command
}

interface OpenGrid {
  readonly grid: GridAnswers
  readonly nowMs: number
}

function named(zone: string | undefined): string {
  if (zone === undefined) throw new InvalidInput('name a zone, e.g. DE')
  return zone
}

function hours(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= 168) return count
  throw new InvalidInput(`--hours ${text}: expected whole hours, 1 to 168`)
}

const HEAD = ['gCO2e/kWh', '10 %', '90 %', 'quality', 'source']
interface Shown {
  readonly carbonGPerKwh: number
  readonly lowGPerKwh: number
  readonly highGPerKwh: number
  readonly quality: string
  readonly source: string
  readonly timeShift?: boolean
}
const columns = (each: Shown): string[] => [
  whole(each.carbonGPerKwh),
  whole(each.lowGPerKwh),
  whole(each.highGPerKwh),
  each.timeShift === false ? `${each.quality}, day's mean` : each.quality,
  each.source,
]

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

function table(head: readonly string[], rows: readonly string[][]): string {
  const printed = plainTable(head)
  printed.push(...rows)
  return `${printed.toString()}\n`
}

function printScore({ issues, mapeByDay, captured, coverage80Pct, skill }: ForecastScore): string {
  const who = ['provider', 'sevenDayMean', 'blend'] as const
  const rows = who.map((name) => [
    name,
    mapeByDay[name].map((value) => value.toFixed(1)).join(' / '),
    share(captured[name].fourOf24Pct),
    share(captured[name].day48Pct),
  ])
  const head = ['forecast', 'MAPE % by day', '4 h in 24: saving captured %', '24 h in 48: %']
  const words = `${issues} issues; 80 % band held ${whole(coverage80Pct)} %; skill by day: ${skill.join(', ')}`
  return `${table(head, rows)}${words}\n`
}
