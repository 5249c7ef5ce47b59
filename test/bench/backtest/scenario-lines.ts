import {
  type BacktestOutcome,
  type Ceiling,
  ceilingOf,
  comparePolicies,
  intervalWords,
  liveSignalAdds,
  playedLevers,
} from '../../../services/backtest/index.ts'
import type { PlayedScenario } from './play-scenario.ts'
import { TUNING_WEEKS } from './weeks.ts'

/** What Gridtide is to emit less than the strongest peer. */
const PEER_BAR = 0.08
/** What Gridtide is to emit at most, in times of the clairvoyant. */
const [MEAN_BAR, WORST_BAR] = [1.08, 1.12]
const percent = (share: number, digits = 1) => `${(100 * share).toFixed(digits)} %`
const row = (...cells: (string | number)[]) => `| ${cells.join(' | ')} |`
const camel = (id: string) => id.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())

/** One scenario for docs/benchmarks.md: a table a load family. */
export function scenarioLines({ outcomes, leaks }: PlayedScenario): readonly string[] {
  const found = leaks.length === 0 ? 'none found in any realisable policy' : `FOUND in ${leaks}`
  return [
    `Simulated, not measured. Every policy tuned alike on ${TUNING_WEEKS.join(', ')}, load by load. Information from the future: ${found}.`,
    ...Object.values(outcomes).flatMap((outcome) => ['', ...loadLines(outcome)]),
  ]
}

function loadLines(outcome: BacktestOutcome): readonly string[] {
  const { compared } = outcome
  const head = row(
    'policy',
    'kgCO2e',
    'saved',
    '90 % interval',
    'saved, manufacture counted',
    'saved, marginal',
    '/ clairvoyant',
    '/ LP bound',
    'late, worst run',
    'windows in SLO',
    'kWh',
    'g/1k tokens',
    'GPU-h',
    'starts',
    'latency ms',
    'knobs',
    'tried',
  )
  const rows = compared.map((policy) =>
    row(
      policy.counts ? policy.policy : `${policy.policy} (does not count)`,
      (policy.carbonG / 1000).toFixed(0),
      percent(policy.saving.mean),
      intervalWords(policy.saving),
      percent(policy.embodiedSaving),
      percent(policy.marginalSaving!),
      policy.toClairvoyant!.toFixed(3),
      policy.toBound!.toFixed(3),
      percent(policy.worstLateShare, 4),
      `${policy.sloPct.toFixed(2)} %`,
      policy.energyKwh.toFixed(0),
      policy.sciGPer1kTokens.toFixed(3),
      policy.gpuHours.toFixed(0),
      policy.starts,
      policy.meanLatencyMs.toFixed(0),
      `${policy.knobs.headroom.toFixed(2)}, ${policy.knobs.replanMinutes} min, ${policy.knobs.layout}${policy.knobs.guardUse ? ', guard' : ''}`,
      policy.trialCount,
    ),
  )
  return [
    `**${outcome.to} traffic**, ${outcome.from}:`,
    '',
    head,
    row(...Array.from({ length: 17 }, () => '---')),
    ...rows,
    '',
    ...verdictLines(outcome),
    ...deferrableLines(outcome),
    ...sensitivityLines(outcome),
  ]
}

const liveWords = ({ liveSignalAdds: added }: BacktestOutcome): string =>
  added === undefined
    ? 'What the live signal adds to a fixed ranking of zones cannot be said: one of the two does not count.'
    : `The live signal adds ${percent(added, 2)} to a fixed ranking of zones.`

function verdictLines(outcome: BacktestOutcome): string[] {
  const levers = outcome.levers.map(({ lever, ofStatic, words }) =>
    ofStatic === undefined ? `${lever}: ${words}` : `${lever} ${percent(ofStatic)}`,
  )
  return [
    `${ceilingWords(outcome)} ${liveWords(outcome)}`,
    '',
    knowingWords(outcome),
    '',
    levelWords(outcome),
    '',
    `Saved by Gridtide week by week: ${weeklySavings(outcome).join(', ')}.`,
    '',
    `Levers, of the static total: ${levers.join('; ')}.`,
  ]
}

/** What a peer must be beaten by, and whether anybody could. */
function ceilingWords({ ceiling }: BacktestOutcome): string {
  if (!ceiling) return 'No peer counts.'
  const { strongestPeer, gridtideLess, clairvoyantLess, boundLess } = ceiling
  const ours = gridtideLess === undefined ? 'does not count' : `${percent(gridtideLess)} less`
  return (
    `Gridtide against the strongest peer that counts (${strongestPeer}): ${ours}, bar ${percent(PEER_BAR, 0)}: ${reach(ceiling)}. ` +
    `The most that anybody could emit less than this peer: ${percent(clairvoyantLess)} told the future with whole replicas, ${percent(boundLess)} by the linear bound; ` +
    `less than static: ${percent(ceiling.clairvoyantSaves)} and ${percent(ceiling.boundSaves)}.`
  )
}

function reach({ gridtideLess = 0, clairvoyantLess, boundLess }: Ceiling): string {
  if (gridtideLess >= PEER_BAR) return 'reached'
  if (boundLess < PEER_BAR) return 'out of reach for any policy that serves everything'
  if (clairvoyantLess < PEER_BAR) return 'missed, by the clairvoyant too'
  return 'missed'
}

function knowingWords({ priceOfNotKnowing: price }: BacktestOutcome): string {
  return (
    `Price of not knowing demand, capacity-hours over traffic: ${price.clairvoyant.toFixed(2)} told the future; ` +
    `${price.bestOfLevel.toFixed(2)} by the best rule of the level of traffic, made in hindsight; ` +
    `${price.flat.toFixed(2)} by the least flat head-room in hindsight (${price.flatHeadroom.toFixed(2)}).`
  )
}

/** How near to the clairvoyant anybody comes who cannot tell bursts beforehand. */
function levelWords({ compared }: BacktestOutcome): string {
  const ratioOf = (id: string) => compared.find(({ policy }) => policy === id)!.toClairvoyant!
  const [ours, best] = [ratioOf('gridtide'), ratioOf('best-of-level')]
  return (
    `Told the true intensity and made in hindsight, the best rule of the level of traffic emits ${best.toFixed(3)} times the clairvoyant ` +
    `(bars ${MEAN_BAR} on the mean of scenarios, ${WORST_BAR} in the worst: ${best > WORST_BAR ? 'both' : best > MEAN_BAR ? 'the first' : 'neither'} out of reach for rules of the level); ` +
    `Gridtide ${(ours / best).toFixed(3)} times that rule.`
  )
}

function weeklySavings({ results }: BacktestOutcome): string[] {
  const runsOf = (id: string) => results.find(({ policy }) => policy === id)!.runs
  const reference = runsOf('static')
  return runsOf('gridtide').map(({ carbonG }, i) => percent(1 - carbonG / reference[i]!.carbonG))
}

function deferrableLines({ deferrable, wholeWorkload }: BacktestOutcome): string[] {
  if (deferrable.length === 0) return []
  const [{ jobs }] = deferrable as [(typeof deferrable)[0]]
  return [
    '',
    `Deferrable work, ${jobs} recorded jobs of the first reported week, each in its own region but for gridtide-anywhere, GPUs not limited:`,
    '',
    row('rule', 'kgCO2e', 'saved against running at once', 'late jobs', 'mean delay h'),
    row('---', '---', '---', '---', '---'),
    ...deferrable.map(({ policy, carbonG, saving, lateJobs, meanDelayHours }) =>
      row(
        policy,
        (carbonG / 1000).toFixed(1),
        percent(saving),
        lateJobs,
        meanDelayHours.toFixed(1),
      ),
    ),
    ...(wholeWorkload ? ['', wholeWords(wholeWorkload)] : []),
  ]
}

function wholeWords(whole: NonNullable<BacktestOutcome['wholeWorkload']>): string {
  const { gridtideG, peersG, staticG, interactivePeer, deferrablePeer, peerLateJobs } = whole
  return (
    `Whole workload, first reported week, interactive and deferrable (${percent(whole.deferrableShare)} of the static total, jobs run at once): ` +
    `Gridtide with regions of jobs free ${(gridtideG / 1000).toFixed(0)} kg, the best pair of published rules (${interactivePeer} and ${deferrablePeer}, which leave jobs where they came in; ${peerLateJobs} of them late) ${(peersG / 1000).toFixed(0)} kg: ` +
    `${percent(1 - gridtideG / peersG)} less, ${percent(1 - gridtideG / staticG)} less than static. How much depends on the mix, which is ours.`
  )
}

function sensitivityLines({ sensitivity }: BacktestOutcome): string[] {
  if (sensitivity.length === 0) return []
  const policies = Object.keys(sensitivity[0]!.saving)
  return [
    '',
    'Saved against `static` under the same assumption, one assumption changed at a time, on the first reported run with the knobs found before. Where nothing is added, the policy keeps both promises in that run (0.01 % of requests, 99.9 % of windows).',
    '',
    row('assumption', ...policies),
    row('---', ...policies.map(() => '---')),
    ...sensitivity.map(({ name, saving, broken }) =>
      row(
        broken.includes('static') ? `${name} (static breaks a promise)` : name,
        ...policies.map(
          (policy) =>
            percent(saving[policy]!) + (broken.includes(policy) ? ', breaks a promise' : ''),
        ),
      ),
    ),
  ]
}

/** The part of the last line that one scenario is: its load families together, and each. */
export function scenarioJson({ outcomes, leaks }: PlayedScenario): object {
  const [first, ...others] = Object.values(outcomes)
  const results = first!.results.map((result, i) => {
    const all = [result, ...others.map((outcome) => outcome.results[i]!)]
    return {
      ...result,
      runs: all.flatMap(({ runs }) => runs),
      ...(result.boundsG && { boundsG: all.flatMap(({ boundsG }) => boundsG!) }),
    }
  })
  // Together a policy counts where it counts under each load.
  const compared = comparePolicies(results, first!.seed).map((one, i) => ({
    ...one,
    counts: Object.values(outcomes).every((outcome) => outcome.compared[i]!.counts),
  }))
  const added = liveSignalAdds(compared)
  const ceiling = ceilingOf(compared)
  const { ceiling: _firstLoad, liveSignalAdds: _ofIt, ...rest } = first!
  const together = {
    compared,
    ...(ceiling && { ceiling }),
    levers: playedLevers(compared),
    ...(added !== undefined && { liveSignalAdds: added }),
  }
  return {
    ...outcomeJson({ ...rest, ...together }),
    loads: Object.fromEntries(
      Object.entries(outcomes).map(([load, outcome]) => [load, outcomeJson(outcome)]),
    ),
    leaks,
  }
}

function outcomeJson(outcome: BacktestOutcome): object {
  const policies = outcome.compared.map((policy) => [
    camel(policy.policy),
    {
      kgco2e: policy.carbonG / 1000,
      sloPct: policy.sloPct,
      worstLatePct: 100 * policy.worstLateShare,
      counts: policy.counts,
      savedPct: 100 * policy.saving.mean,
      ratioToClairvoyant: policy.toClairvoyant,
      ratioToBound: policy.toBound,
    },
  ])
  return {
    ...Object.fromEntries(policies),
    levers: Object.fromEntries(
      outcome.levers.map(({ lever, ofStatic }) => [lever, ofStatic ?? null]),
    ),
    liveSignalAddsPct: outcome.liveSignalAdds === undefined ? null : 100 * outcome.liveSignalAdds,
    ceiling: outcome.ceiling ?? null,
    priceOfNotKnowing: outcome.priceOfNotKnowing,
    wholeWorkload: outcome.wholeWorkload ?? null,
  }
}
