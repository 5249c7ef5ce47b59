import { kgFromG } from '../domain/units.ts'
import type { Fleet } from '../fleet/index.ts'
import { inForce } from '../pipeline/plan-events.ts'
import type { StoredPlan } from '../plans/index.ts'

/** The first plan after a start, for whoever watches the terminal. */
export function firstPlanWords(
  { version, outcome, createdAtMs, approval }: StoredPlan,
  fleet: Fleet,
): string {
  if (outcome.status === 'infeasible') {
    return `Plan ${version} of ${fleet.name}: no plan keeps every promise: ${outcome.words}. What would help: ${outcome.relaxation}.\n`
  }
  const { predicted, baseline, bound, windows } = outcome.plan
  const kg = (carbonG: number) => `${kgFromG(carbonG).toFixed(1)} kgCO2e`
  const savedPercent = 100 * (1 - predicted.carbonG / baseline.carbonG)
  const now = inForce(outcome.plan, createdAtMs)
    .map(({ region, model, pointId, replicas }) => `  ${region}: ${replicas} x ${model} ${pointId}`)
    .join('\n')
  const hours = Math.round((windows.at(-1)!.endMs - windows[0]!.startMs) / 3_600_000)
  return [
    `Plan ${version} of ${fleet.name}, next ${hours} h: ${kg(predicted.carbonG)}`,
    ` (${kg(predicted.carbonLowG)} to ${kg(predicted.carbonHighG)}),`,
    ` ${savedPercent.toFixed(0)} % less than ${baseline.name} (${kg(baseline.carbonG)});`,
    ` at most ${(100 * bound.gapRatio).toFixed(1)} % above the best possible.\n${approval === 'pending' ? 'Once somebody approves it' : 'Now'}:\n${now}\n`,
  ].join('')
}
