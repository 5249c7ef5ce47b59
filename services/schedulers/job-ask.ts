import { type FieldIssue, InvalidInput } from '../domain/errors.ts'

/** What a job at a foreign scheduler says of itself. */
export interface JobAsk {
  readonly deadlineMs: number
  /** At the size it is written for. */
  readonly hours: number
  readonly gpus: number
  readonly gpu?: string
  readonly interruptible: boolean
  readonly startMinutes: number
  readonly checkpointMinutes: number
  /** Share of the expected throughput that is all but certain. */
  readonly slowestRatio: number
  readonly priority: number
}

const DEFAULTS = { startMinutes: 10, checkpointMinutes: 0, slowestRatio: 0.5, priority: 0 }
const HOUR_MS = 3_600_000
const MINUTES_PER_HOUR = 60

interface Limits {
  readonly least: number
  readonly most: number
  readonly otherwise?: number
}

/**
 * Reads the marks of a job: `deadline` (RFC 3339, with its offset), `hours`, and what may be left
 * out: `gpus`, `gpu`, `interruptible` (false), `start-minutes` (10), `checkpoint-minutes` (0),
 * `slowest-ratio` (0.5), `priority` (0).
 *
 * @param marks by name, as written
 * @param said what the scheduler itself knows, where the marks are silent
 * @returns InvalidInput with `/<mark>` of each mistake: a job we cannot read must not be held
 */
export function readAsk(
  marks: Readonly<Record<string, string | undefined>>,
  said: { readonly hours?: number; readonly gpus?: number },
): JobAsk | InvalidInput {
  const issues: FieldIssue[] = []
  const wrong = (mark: string, message: string) => issues.push({ path: `/${mark}`, message })
  const number = (mark: string, { least, most, otherwise }: Limits): number => {
    const text = marks[mark]
    const value = text === undefined ? otherwise : text.trim() === '' ? Number.NaN : Number(text)
    if (value === undefined) wrong(mark, 'is missing')
    else if (!(value >= least && value <= most)) wrong(mark, `must be ${least} to ${most}`)
    return value ?? Number.NaN
  }
  const deadlineMs = instantOf(marks.deadline)
  if (deadlineMs === undefined) {
    wrong('deadline', marks.deadline === undefined ? 'is missing' : 'is no RFC 3339 instant')
  }
  const interruptible = marks.interruptible ?? 'false'
  if (interruptible !== 'true' && interruptible !== 'false') {
    wrong('interruptible', 'must be true or false')
  }
  const hours = {
    least: 0.001,
    most: 1440,
    ...(said.hours !== undefined && { otherwise: said.hours }),
  }
  const ask = {
    hours: number('hours', hours),
    gpus: Math.round(number('gpus', { least: 1, most: 4096, otherwise: said.gpus ?? 1 })),
    interruptible: interruptible === 'true',
    startMinutes: number('start-minutes', {
      least: 0,
      most: 1440,
      otherwise: DEFAULTS.startMinutes,
    }),
    checkpointMinutes: number('checkpoint-minutes', {
      least: 0,
      most: 1440,
      otherwise: DEFAULTS.checkpointMinutes,
    }),
    slowestRatio: number('slowest-ratio', {
      least: 0.01,
      most: 1,
      otherwise: DEFAULTS.slowestRatio,
    }),
    priority: Math.round(
      number('priority', { least: -1000, most: 1000, otherwise: DEFAULTS.priority }),
    ),
    ...(marks.gpu !== undefined && { gpu: marks.gpu }),
  }
  const [first] = issues
  if (first) return new InvalidInput(`${first.path} ${first.message}`, issues)
  return { deadlineMs: deadlineMs!, ...ask }
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/

function instantOf(text: string | undefined): number | undefined {
  const atMs = text !== undefined && INSTANT.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(atMs) ? undefined : atMs
}

/** When a job has to be let go at the latest, to end in time at the slowest throughput. */
export function latestStartMs({ deadlineMs, hours, slowestRatio, startMinutes }: JobAsk): number {
  return deadlineMs - (hours / slowestRatio + startMinutes / MINUTES_PER_HOUR) * HOUR_MS
}
