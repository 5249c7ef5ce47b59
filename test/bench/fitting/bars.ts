import type { Spread } from './score.ts'
import type { FittingSummary } from './summary.ts'

export interface Bar {
  readonly what: string
  readonly reached: string
  readonly bar: string
  readonly isHeld: boolean
}

type Column = 'tokensPerSecond' | 'power' | 'joulesPerToken'

/** Largest median and P90 of the absolute percentage errors, families held out. */
const ERRORS: readonly (readonly [k: string, Column, name: string, most: Spread])[] = [
  ['0', 'joulesPerToken', 'J/token', { median: 18, p90: 50 }],
  ['3', 'joulesPerToken', 'J/token', { median: 5, p90: 18 }],
  ['3', 'power', 'power', { median: 2.8, p90: 12 }],
  ['3', 'tokensPerSecond', 'tokens/s', { median: 5.5, p90: 22 }],
  ['5', 'joulesPerToken', 'J/token', { median: 3.5, p90: 12 }],
  ['8', 'joulesPerToken', 'J/token', { median: 2.5, p90: 9 }],
]
const MOST_TPOT: Spread = { median: 6.5, p90: 22 }
const COVERAGE = { least: 0.92, most: 0.99 }

/** What the public runs are held to, beside what was reached. */
export function barsOf(summary: FittingSummary): readonly Bar[] {
  const { coverage95, top1, violations5pct, aiconfiguratorTpotK5: tpot, speed } = summary
  const beaten = Object.values(summary.baselines).filter((one) => one.beaten).length
  const baselines = Object.keys(summary.baselines).length
  return [
    ...ERRORS.map(([k, column, name, most]) =>
      errorBar(`${name}, K = ${k}, %`, summary.k[k]![column], most),
    ),
    ...(tpot ? [errorBar('TPOT of aiconfigurator, K = 5, %', tpot, MOST_TPOT)] : []),
    {
      what: '95 % intervals cover',
      reached: String(coverage95),
      bar: `${COVERAGE.least} to ${COVERAGE.most}`,
      isHeld: coverage95 >= COVERAGE.least && coverage95 <= COVERAGE.most,
    },
    { what: 'best found, %', reached: String(top1), bar: '>= 86', isHeld: top1 >= 86 },
    mostBar('limit missed by > 5 %, %', violations5pct, 4),
    {
      what: 'baselines worse in every error column',
      reached: String(beaten),
      bar: String(baselines),
      isHeld: beaten === baselines,
    },
    mostBar('fit of 20 runs and 500 predictions, CPU ms', speed.fitGroup20Runs500CandidatesMs, 5),
    mostBar('10,000 predictions from 5 runs, CPU ms', speed.predict10000From5RunsMs, 20),
    mostBar('10,000 predictions from 20 runs, CPU ms', speed.predict10000From20RunsMs, 20),
  ]
}

const errorBar = (what: string, reached: Spread, most: Spread): Bar => ({
  what,
  reached: `${reached.median}/${reached.p90}`,
  bar: `<= ${most.median}/${most.p90}`,
  isHeld: reached.median <= most.median && reached.p90 <= most.p90,
})

const mostBar = (what: string, reached: number, most: number): Bar => ({
  what,
  reached: String(reached),
  bar: `<= ${most}`,
  isHeld: reached <= most,
})
