import { CARBON_QUALITIES as RUNGS } from '../../../domain/carbon-series.ts'

export { RUNGS }

/** How much a number is worth: 0 is the best rung, 1 the last. An unknown name is the last. */
export function rungDepth(quality: string): number {
  const index = RUNGS.indexOf(quality as (typeof RUNGS)[number])
  return (index === -1 ? RUNGS.length - 1 : index) / (RUNGS.length - 1)
}
