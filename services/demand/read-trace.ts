import { parse } from 'csv-parse/sync'
import { InvalidInput } from '../domain/errors.ts'
import { msFromSeconds } from '../domain/units.ts'

export interface TraceFormat {
  readonly timeColumn: string
  readonly tokensColumn: string
  /** `tokens`: of the whole interval. */
  readonly unit: 'tokens' | 'tokens-per-second'
  readonly intervalMinutes: number
}

/** Recorded traffic. */
export interface Trace {
  readonly intervalMs: number
  /** Ordered by start, without doubles. */
  readonly samples: readonly { readonly startMs: number; readonly tokensPerSecond: number }[]
}

const ISO_LIKE =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?$/
const SECONDS = /^\d+(\.\d+)?$/
const A_MONDAY_MS = Date.UTC(1970, 0, 5)

/**
 * Reads a CSV of traffic.
 *
 * @throws InvalidInput naming the column or the row (the header is row 1)
 */
export function readTrace(text: string, format: TraceFormat): Trace {
  const [header, ...rows] = recordsOf(text)
  if (!header) throw new InvalidInput('the trace is empty')
  const timeAt = columnOf(header, format.timeColumn)
  const tokensAt = columnOf(header, format.tokensColumn)
  const perSecond = format.unit === 'tokens' ? 1 / (format.intervalMinutes * 60) : 1
  const samples = rows.map((row, index) => ({
    startMs: instantOf(row[timeAt], index + 2),
    tokensPerSecond: tokensOf(row[tokensAt], index + 2) * perSecond,
  }))
  if (samples.length === 0) throw new InvalidInput('the trace has no rows')
  samples.sort((a, b) => a.startMs - b.startMs)
  const double = samples.findIndex(({ startMs }, index) => samples[index - 1]?.startMs === startMs)
  if (double >= 0) {
    const at = new Date(samples[double]!.startMs).toISOString()
    throw new InvalidInput(`the trace has two rows of ${at}`)
  }
  return { intervalMs: format.intervalMinutes * 60_000, samples }
}

function recordsOf(text: string): string[][] {
  try {
    return parse(text, { bom: true, skip_empty_lines: true, trim: true }) as string[][]
  } catch (error) {
    throw new InvalidInput(`the trace is not CSV: ${(error as Error).message}`)
  }
}

function columnOf(header: readonly string[], name: string): number {
  const index = header.indexOf(name)
  if (index < 0) {
    throw new InvalidInput(`the trace has no column "${name}", only ${header.join(', ')}`)
  }
  return index
}

/**
 * A stamp without an offset is UTC: a trace must not move with the machine it is read on. A plain
 * number is seconds since a Monday's midnight: recordings that hide their date have nothing else.
 */
function instantOf(text: string | undefined, row: number): number {
  if (text && SECONDS.test(text)) return A_MONDAY_MS + msFromSeconds(Number(text))
  const [, day, time, offset = 'Z'] = ISO_LIKE.exec(text ?? '') ?? []
  const instantMs = Date.parse(`${day}T${time}${offset}`)
  if (Number.isNaN(instantMs))
    throw new InvalidInput(`row ${row}: "${text}" is no ISO 8601 instant`)
  return instantMs
}

function tokensOf(text: string | undefined, row: number): number {
  const tokens = Number(text)
  if (!text || !Number.isFinite(tokens) || tokens < 0) {
    throw new InvalidInput(`row ${row}: "${text}" is no number of tokens`)
  }
  return tokens
}
