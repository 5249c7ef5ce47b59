import {
  type BacktestOutcome,
  keepsPromises,
  type PolicyJob,
  type PolicyResult,
  type Summary,
  VARIATIONS,
} from '../../backtest/index.ts'
import type { OpenedRecords } from './open-record.ts'

type Row = BacktestOutcome['sensitivity'][number]

/** The runs as assumed, counted otherwise; undefined where nothing is recorded for it. */
const COUNTED: readonly { name: string; of: (run: Summary) => number | undefined }[] = [
  { name: 'manufacture counted too', of: ({ carbonG, embodiedG }) => carbonG + embodiedG },
  { name: 'by the marginal signal', of: ({ marginalG }) => marginalG },
]

/**
 * Plays the first record again with one assumption changed at a time, every policy with the knobs it
 * was reported with.
 *
 * @param varied policies beside `static`
 */
export async function varyAssumptions(
  { varied, seed }: { readonly varied: readonly string[]; readonly seed: number },
  opened: OpenedRecords,
  results: readonly PolicyResult[],
  play: (jobs: readonly PolicyJob[], what: string) => Promise<PolicyResult[]>,
): Promise<readonly Row[]> {
  if (varied.length === 0) return []
  const table: Row[] = []
  for (const [index, variation] of VARIATIONS.entries()) {
    const { arena, records } = opened.vary(variation)
    const jobs = ['static', ...varied].flatMap((policy) => {
      const tuned = results.find((result) => result.policy === policy)
      const first = records.slice(0, 1)
      return tuned ? [{ policy, arena, tuning: [], reported: first, knobs: tuned.knobs, seed }] : []
    })
    const share = index / VARIATIONS.length
    const played = await play(jobs, `assumptions, ${Math.round(100 * share)} %`)
    table.push(...savings(variation.name, played, ({ carbonG }) => carbonG))
    if (index === 0) table.push(...COUNTED.flatMap(({ name, of }) => savings(name, played, of)))
  }
  return table
}

/** By policy: what its run saves against that of the rule of thumb, which comes first. */
function savings(
  name: string,
  [reference, ...others]: readonly PolicyResult[],
  of: (run: Summary) => number | undefined,
): readonly Row[] {
  const referenceG = of(reference!.runs[0]!)
  if (referenceG === undefined) return []
  const saving = others.map(({ policy, runs }) => [policy, 1 - of(runs[0]!)! / referenceG] as const)
  const broken = [reference!, ...others].filter(({ runs }) => !keepsPromises(runs[0]!))
  return [{ name, saving: Object.fromEntries(saving), broken: broken.map(({ policy }) => policy) }]
}
