import type { CatalogueModel } from './catalogue-model.ts'
import { equalityPlot } from './equality-plot.ts'
import type { FittedGroup } from './fit-group.ts'
import { predict } from './predict.ts'

/**
 * Measured against predicted J/token of a catalogue entry as an SVG: every run predicted from all
 * the others.
 */
export function fitPlot(entry: CatalogueModel, fitted: FittedGroup): string {
  const { step, power } = fitted.outputs
  const { energy } = predict(fitted, entry.settings)
  // The leave-one-out residual is alpha / (C^-1)_ii; smooth it out of the posterior.
  const points = entry.settings.map((_, i) => {
    const predicted = Math.exp(energy.logMean[i]!)
    const residual = looResidual(step, i) + looResidual(power, i)
    return { measured: predicted * Math.exp(residual), predicted }
  })
  return equalityPlot(`${entry.id} (${entry.task})`, 'J/token', [
    { name: 'each from the others', points },
  ])
}

const looResidual = ({ leftOutSd, alpha }: FittedGroup['outputs']['step'], i: number): number =>
  alpha[i]! * leftOutSd[i]! ** 2
