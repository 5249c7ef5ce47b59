import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Arena,
  type BacktestOutcome,
  deferrableCsv,
  hourlyCsv,
  htmlReport,
  runsCsv,
} from '../../backtest/index.ts'
import { InvalidInput } from '../../domain/errors.ts'

/**
 * Writes a backtest to a folder: `backtest.json`, `runs.csv`, `report.html`, one hourly CSV a policy
 * under `hourly/`, and where jobs were played `deferrable.csv`.
 *
 * @throws InvalidInput where the folder cannot be written
 */
export async function writeReport(
  folder: string,
  outcome: BacktestOutcome,
  arena: Arena,
): Promise<void> {
  const files: (readonly [string, string])[] = [
    ['backtest.json', `${JSON.stringify(outcome)}\n`],
    ['runs.csv', runsCsv(outcome.results)],
    ['report.html', htmlReport(outcome)],
    ...(outcome.deferrable.length > 0
      ? [['deferrable.csv', deferrableCsv(outcome.deferrable)] as const]
      : []),
    ...outcome.results.map(
      (result) => [join('hourly', `${result.policy}.csv`), hourlyCsv(arena, result)] as const,
    ),
  ]
  try {
    await mkdir(join(folder, 'hourly'), { recursive: true })
    for (const [name, text] of files) await writeFile(join(folder, name), text)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new InvalidInput(`--out ${folder}: ${code}`)
  }
}
