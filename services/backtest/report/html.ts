import { kgFromG } from '../../domain/units.ts'
import type { ComparedPolicy } from '../compare.ts'
import { ASSUMPTIONS } from './assumptions.ts'
import { intervalWords } from './interval-words.ts'
import { ceilingParagraph, wholeParagraph } from './limits.ts'
import type { BacktestOutcome } from './outcome.ts'
import { bars, escaped, lineChart } from './svg.ts'

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;width:100%;font-size:11px}th,td{padding:3px 4px;border-bottom:1px solid #ddd;text-align:right}
th:first-child,td:first-child{text-align:left}.bars .bar{width:60%}.bars .gain{background:#3b8f5a;height:12px}
.bars .loss{background:repeating-linear-gradient(45deg,#d1495b 0 4px,#fff 4px 8px);height:12px}
.no td{color:#888}figure{margin:1.5em 0}figcaption{font-weight:600}svg{width:100%;font-size:11px}.legend span{margin-right:1em;font-size:12px}
@media print{body{margin:0;max-width:none;font-size:11px}section{break-inside:avoid}.page{break-before:page}}`

/** One self-contained page: no script, no network, prints as it is. */
export function htmlReport(outcome: BacktestOutcome): string {
  const { fleet, from, to, seed, signal, basis } = outcome
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Backtest of ${escaped(fleet)}</title><style>${STYLE}</style></head><body>
<h1>What would it have saved? ${escaped(fleet)}</h1>
<p>${escaped(from)} to ${escaped(to)}, ${escaped(signal)} intensity, ${escaped(basis)} basis, seed ${seed}.</p>
<section><h2>Policies</h2>${policyTable(outcome.compared)}${lateNote(outcome.compared)}${ceilingParagraph(outcome)}</section>
<section><h2>Where it comes from</h2>${leverBars(outcome)}${liveWords(outcome)}</section>
<section><h2>The week</h2>${charts(outcome)}</section>
${deferrableTable(outcome)}
${wholeParagraph(outcome)}
${sensitivityTable(outcome)}
<section class="page"><h2>Assumptions</h2><ol>${ASSUMPTIONS.map((line) => `<li>${escaped(line)}</li>`).join('')}</ol></section>
</body></html>
`
}

const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`
const ratio = (value: number | undefined): string => value?.toFixed(3) ?? ''

function policyTable(compared: readonly ComparedPolicy[]): string {
  const marginal = compared.some(({ marginalG }) => marginalG !== undefined)
  const head = [
    'policy',
    'kgCO2e',
    ...(marginal ? ['marginal kg', 'saved, marginal'] : []),
    'saved',
    '90 % interval',
    'saved, manufacture counted',
    '/ clairvoyant',
    '/ bound',
    'late, worst run',
    'windows in SLO',
    'kWh',
    'g/1k tokens',
    'GPU-h',
    'starts',
    'latency ms',
    'head-room',
    're-plan min',
    'layout',
    'trials',
  ]
  const rows = compared.map((row) => {
    const cells = [
      `<span title="${escaped(row.title)}">${escaped(row.policy)}</span>`,
      kgFromG(row.carbonG).toFixed(1),
      ...(marginal
        ? [kgFromG(row.marginalG ?? 0).toFixed(1), percent(row.marginalSaving ?? 0)]
        : []),
      percent(row.saving.mean),
      intervalWords(row.saving),
      percent(row.embodiedSaving),
      ratio(row.toClairvoyant),
      ratio(row.toBound),
      percent(row.worstLateShare, 4),
      `${row.sloPct.toFixed(2)} %`,
      row.energyKwh.toFixed(0),
      row.sciGPer1kTokens.toFixed(3),
      row.gpuHours.toFixed(0),
      String(row.starts),
      row.meanLatencyMs.toFixed(0),
      row.knobs.headroom.toFixed(2),
      String(row.knobs.replanMinutes),
      row.knobs.layout,
      String(row.trialCount),
    ]
    const mark = row.counts ? '' : ' class="no"'
    return `<tr${mark}>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
  })
  return `<table><tr>${head.map((name) => `<th>${name}</th>`).join('')}</tr>${rows.join('')}</table>`
}

function lateNote(compared: readonly ComparedPolicy[]): string {
  const out = compared.filter(({ counts }) => !counts).map(({ policy }) => policy)
  return out.length === 0
    ? ''
    : `<p>Grey rows do not count: ${escaped(out.join(', '))} left more than 0.01 % of requests without capacity in some run, or some in more than 0.1 % of windows.</p>`
}

function leverBars({ levers }: BacktestOutcome): string {
  const played = levers.filter(({ ofStatic }) => ofStatic !== undefined)
  const rows = played.map(({ lever, ofStatic }) => ({ name: lever, share: ofStatic! }))
  const idle = levers.filter(({ ofStatic }) => ofStatic === undefined)
  const words = idle.map(({ lever, words: why }) => `<li>${escaped(`${lever}: ${why}`)}</li>`)
  return `${bars('Carbon saved by each lever, of the static total', rows)}<ul>${words.join('')}</ul>`
}

function liveWords({ liveSignalAdds }: BacktestOutcome): string {
  if (liveSignalAdds === undefined) return ''
  return `<p>The live signal adds ${percent(liveSignalAdds, 2)} to a ranking of zones by their past annual mean.</p>`
}

function charts({ regions, hourlyTokensPerSecond, results }: BacktestOutcome): string {
  const ours = results.find(({ policy }) => policy === 'gridtide') ?? results.at(-1)
  const first = ours?.runs[0]
  const carbon = results
    .filter(({ policy }) => policy === 'static' || policy === ours?.policy)
    .map(({ policy, runs }) => ({ name: policy, values: hourlyKg(runs[0]!.hourly) }))
  return [
    lineChart(
      'Intensity',
      'gCO2e/kWh',
      regions.map(({ id, zone, hourlyG }) => ({ name: `${id} (${zone})`, values: hourlyG })),
    ),
    lineChart('Demand', 'output tokens/s', [{ name: 'all models', values: hourlyTokensPerSecond }]),
    lineChart(
      `Plan of ${ours?.policy ?? 'nobody'}: where tokens are served`,
      'output tokens/s',
      regions.map(({ id }, r) => ({
        name: id,
        values: first?.hourly[r]?.tokens.map((tokens) => tokens / 3600) ?? [],
      })),
    ),
    lineChart('Carbon', 'kgCO2e an hour', carbon),
  ].join('')
}

const hourlyKg = (hourly: BacktestOutcome['results'][number]['runs'][number]['hourly']) =>
  (hourly[0]?.carbonG ?? []).map((_, hour) =>
    kgFromG(hourly.reduce((sum, { carbonG }) => sum + carbonG[hour]!, 0)),
  )

function sensitivityTable({ sensitivity }: BacktestOutcome): string {
  if (sensitivity.length === 0) return ''
  const policies = Object.keys(sensitivity[0]!.saving)
  const rows = sensitivity.map(
    ({ name, saving, broken }) =>
      `<tr><td>${escaped(name)}</td>${policies.map((policy) => `<td>${percent(saving[policy]!)}${broken.includes(policy) ? ' (breaks a promise)' : ''}</td>`).join('')}</tr>`,
  )
  return `<section><h2>How much hangs on what</h2><p>Carbon saved against static, with one assumption changed.</p><table><tr><th>assumption</th>${policies.map((policy) => `<th>${escaped(policy)}</th>`).join('')}</tr>${rows.join('')}</table></section>`
}

function deferrableTable({ deferrable }: BacktestOutcome): string {
  if (deferrable.length === 0) return ''
  const rows = deferrable.map(
    ({ policy, title, carbonG, saving, lateJobs, jobs, meanDelayHours }) =>
      `<tr><td title="${escaped(title)}">${escaped(policy)}</td><td>${kgFromG(carbonG).toFixed(1)}</td><td>${percent(saving)}</td><td>${lateJobs} of ${jobs}</td><td>${meanDelayHours.toFixed(1)}</td></tr>`,
  )
  return `<section><h2>Deferrable work</h2><p>Each job in its own region (but for gridtide-anywhere), GPUs not limited; saved against running at once. Starts cost every rule the same.</p><table><tr><th>rule</th><th>kgCO2e</th><th>saved</th><th>late jobs</th><th>mean delay h</th></tr>${rows.join('')}</table></section>`
}
