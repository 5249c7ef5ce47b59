import { EqualityPlot } from '../../charts/equality-plot.tsx'
import { ResidualPlot } from '../../charts/residual-plot.tsx'
import {
  type GpuFit,
  type Judged,
  type JudgedRun,
  judgedRuns,
  medianError,
  settingWords,
} from '../../figures/fit.ts'
import { inDigits, inPercent } from '../../figures/quantity.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Folded } from '../../parts/folded.tsx'
import { strings } from '../../strings.ts'

interface GpuFitPanelProps {
  readonly model: string
  readonly fit: GpuFit
  readonly what: Judged
}

const { fit: words, horizon } = strings
const COLUMNS: readonly Column<JudgedRun>[] = [
  { title: words.run, cell: ({ name }) => name },
  { title: words.measured, number: true, cell: ({ measured }) => inDigits(measured) },
  { title: words.predicted, number: true, cell: ({ predicted }) => inDigits(predicted) },
  {
    title: words.band,
    number: true,
    cell: ({ low, high }) => words.span(inDigits(low), inDigits(high)),
  },
  { title: words.off, number: true, cell: ({ z }) => inDigits(z) },
]

/** One GPU type: its runs against what the others predict of them, and the runs to make next. */
export function GpuFitPanel({ model, fit, what }: GpuFitPanelProps) {
  const runs = judgedRuns(fit, what)
  const error = medianError(runs)
  const name = `${words.judged[what]}, ${model}, ${fit.gpu}`
  return (
    <section class="fit" aria-label={fit.gpu}>
      <header>
        <h3>{fit.gpu}</h3>
        <span class="quiet">
          {words.standsOn[fit.standsOn]}
          {error !== undefined && ` · ${words.error(inPercent(error), runs.length)}`}
        </span>
      </header>
      {runs.length === 0 ? (
        <p class="quiet">{words.none}</p>
      ) : (
        <EqualityPlot label={`${words.equality}: ${name}`} runs={runs} />
      )}
      <div class="fit-beside">
        {runs.length > 0 && (
          <>
            <p class="plot-title">{words.residuals}</p>
            <ResidualPlot label={`${words.residuals}: ${name}`} runs={runs} />
          </>
        )}
        {fit.caveats.map((one) => (
          <p key={one} class="stale">
            {one}
          </p>
        ))}
        <NextRuns next={fit.next} />
        {runs.length > 0 && (
          <Folded title={horizon.table}>
            <DataTable caption={name} columns={COLUMNS} rows={runs} />
          </Folded>
        )}
      </div>
    </section>
  )
}

function NextRuns({ next }: Pick<GpuFit, 'next'>) {
  if (!next) return <p class="quiet">{words.doesNotFit}</p>
  return (
    <div>
      <p>
        <strong>{words.next}</strong>{' '}
        <span class="quiet">{words.knownTo(inPercent(next.worstLogSd))}</span>
      </p>
      {next.stop && <p class="quiet">{words.stop[next.stop]}</p>}
      <ol class="next-runs">
        {next.runs.map((setting) => (
          <li key={settingWords(setting)}>{settingWords(setting)}</li>
        ))}
      </ol>
    </div>
  )
}
