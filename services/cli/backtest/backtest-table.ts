import { type BacktestOutcome, intervalWords } from '../../backtest/index.ts'
import { kgFromG } from '../../domain/units.ts'
import { plainTable } from '../plain-table.ts'

const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`

/** The comparison for a terminal. */
export function backtestTable(outcome: BacktestOutcome): string {
  const table = plainTable([
    'policy',
    'kgCO2e',
    'saved',
    '90 %',
    '/ clairvoyant',
    '/ bound',
    'late',
    'in SLO',
    'kWh',
    'GPU-h',
    'starts',
  ])
  for (const row of outcome.compared) {
    table.push([
      row.counts ? row.policy : `${row.policy} (does not count)`,
      kgFromG(row.carbonG).toFixed(1),
      percent(row.saving.mean),
      intervalWords(row.saving),
      row.toClairvoyant?.toFixed(3) ?? '',
      row.toBound?.toFixed(3) ?? '',
      percent(row.worstLateShare, 4),
      `${row.sloPct.toFixed(2)} %`,
      row.energyKwh.toFixed(0),
      row.gpuHours.toFixed(0),
      String(row.starts),
    ])
  }
  const rules = outcome.deferrable.map(
    ({ policy, saving, lateJobs, jobs, meanDelayHours }) =>
      `  ${policy}: ${percent(saving)} saved, ${lateJobs} of ${jobs} late, ${meanDelayHours.toFixed(1)} h later\n`,
  )
  const jobs =
    rules.length > 0 ? `Deferrable jobs, against running at once:\n${rules.join('')}` : ''
  const levers = outcome.levers.map(({ lever, ofStatic, words }) =>
    ofStatic === undefined
      ? `  ${lever}: ${words}`
      : `  ${lever}: ${percent(ofStatic)} of static (${words})`,
  )
  const live =
    outcome.liveSignalAdds === undefined
      ? ''
      : `The live signal adds ${percent(outcome.liveSignalAdds, 2)} to a fixed ranking of zones.\n`
  return `${outcome.fleet}, ${outcome.from} to ${outcome.to}: simulated, not measured\n${table.toString()}\n${levers.join('\n')}\n${ceilingLine(outcome)}${live}${jobs}${wholeLine(outcome)}`
}

function ceilingLine({ ceiling }: BacktestOutcome): string {
  if (!ceiling) return ''
  const { strongestPeer, gridtideLess, clairvoyantLess, boundLess } = ceiling
  const ours = gridtideLess === undefined ? '' : `Gridtide ${percent(gridtideLess)}, `
  return `Less than the strongest peer (${strongestPeer}): ${ours}at most ${percent(clairvoyantLess)} told the future, ${percent(boundLess)} by the bound.\n`
}

function wholeLine({ wholeWorkload: whole }: BacktestOutcome): string {
  if (!whole) return ''
  return `All work together, regions of jobs free: ${percent(1 - whole.gridtideG / whole.peersG)} less than ${whole.interactivePeer} with ${whole.deferrablePeer} (${whole.peerLateJobs} jobs late).\n`
}
