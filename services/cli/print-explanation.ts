import type { PlanExplanation } from '../planning/index.ts'
import type { PlannedFleet } from './plan-fleet.ts'

/** A plan's reasons for a person; a reason that holds for many windows is said once. */
export function printExplanation({ problem }: PlannedFleet, explanation: PlanExplanation): string {
  const reasons = new Map<string, number[]>()
  for (const { model, region, words, window } of explanation.placements) {
    const line = `${model} in ${region}: ${words}`
    reasons.set(line, [...(reasons.get(line) ?? []), window])
  }
  const hour = (window: number) =>
    new Date(problem.windows[window]!.startMs).toISOString().slice(11, 16)
  const lines = [...reasons].map(([words, windows]) => `  ${windows.map(hour).join(' ')}  ${words}`)
  const limits = explanation.binding.map(({ words }) => `  ${words}`)
  return [
    explanation.words,
    ...(limits.length > 0 ? ['', 'Limits that cost carbon:', ...limits] : []),
    '',
    'Why there, by window (UTC):',
    ...lines,
    '',
  ].join('\n')
}
