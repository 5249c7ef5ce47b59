import { parse } from 'csv-parse/sync'
import type { RecordedJob } from '../backtest/index.ts'
import { InvalidInput } from '../domain/errors.ts'

const SECONDS_PER_HOUR = 3600

/**
 * Reads a CSV of jobs: `submit_s`, `gpus` and `duration_s`, and where they are there `wait_h`,
 * `interruptible` (0 or 1; 1 where it is not said) and `max_scale` (1 where it is not said).
 *
 * @throws InvalidInput naming the column or the row (the header is row 1)
 */
export function readJobs(text: string): readonly RecordedJob[] {
  const [header = [], ...rows] = parse(text, {
    bom: true,
    skip_empty_lines: true,
    trim: true,
  }) as string[][]
  const at = (name: string) => header.indexOf(name)
  const missing = ['submit_s', 'gpus', 'duration_s'].find((name) => at(name) < 0)
  if (missing) {
    throw new InvalidInput(`the jobs have no column "${missing}", only ${header.join(', ')}`)
  }
  return rows.map((row, index) => {
    const cell = (name: string, otherwise: number) => {
      const written = row[at(name)] ?? ''
      const value = written === '' ? otherwise : Number(written)
      if (value >= 0) return value
      throw new InvalidInput(`row ${index + 2} of the jobs: ${name} is not a number: "${written}"`)
    }
    const waitHours = cell('wait_h', Number.POSITIVE_INFINITY)
    return {
      submitSeconds: cell('submit_s', Number.NaN),
      gpus: cell('gpus', Number.NaN),
      hours: cell('duration_s', Number.NaN) / SECONDS_PER_HOUR,
      ...(Number.isFinite(waitHours) && { waitHours }),
      interruptible: cell('interruptible', 1) !== 0,
      maxScale: Math.max(1, cell('max_scale', 1)),
    }
  })
}
