import { type Described, givenStep } from './features.ts'
import { describeFor, type FittedGroup } from './fit-group.ts'
import type { Setting } from './measured-run.ts'
import { passedOn, passedOnVariance } from './passed-on.ts'
import { predictOutput } from './predict-output.ts'
import type { Output } from './prior.ts'

/** z of the 90 % quantile of a normal distribution. */
const Z90 = 1.2816
const MS_PER_SECOND = 1000

/** A measured number beside what all other runs say it should have been. */
export interface Judged {
  readonly measured: number
  readonly predicted: number
  /** 10 and 90 % quantiles of the prediction, run-to-run noise included. */
  readonly low: number
  readonly high: number
  /** How far the measurement lies above the prediction, in its standard deviations. */
  readonly z: number
}

/** One run of a fit, judged by all the others. Power is absent where it was not measured. */
export interface LeftOutRun {
  readonly setting: Setting
  /** Output tokens/s of the replica. */
  readonly tokensPerSecond: Judged
  /** Of all GPUs of the replica. */
  readonly watts?: Judged
  readonly joulesPerToken?: Judged
}

/** In logarithms. */
interface Residual {
  readonly measured: number
  /** Measured less predicted. */
  readonly residual: number
  readonly sd: number
}

/**
 * Every run of a fit predicted from all the others: what the fit is worth where it was measured.
 *
 * A posterior mean differs from the measurement by noise x alpha, and the mean without the run by
 * alpha / (C^-1)_ii (Rasmussen and Williams 5.12), so nothing is fitted again. Power is given the
 * step; J/token is power x step / batch, and takes the step's error on as `predict` does.
 */
export function leftOutRuns(fitted: FittedGroup): readonly LeftOutRun[] {
  const described = describeFor(fitted, fitted.settings)
  const steps = residualsOf(fitted, 'step', described)
  const logStepMs = fitted.settings.map((_, row) => steps.get(row)!.measured)
  const given = givenStep(described, logStepMs)
  const powers = residualsOf(fitted, 'power', given)
  const share = 1 + passedOn(fitted, 'power')
  const unsure = passedOnVariance(fitted, 'power')
  return fitted.settings.map((setting, row) => {
    const step = steps.get(row)!
    const power = powers.get(row)
    const perSecond = Math.log(setting.batch * MS_PER_SECOND)
    const throughput = {
      measured: perSecond - step.measured,
      residual: -step.residual,
      sd: step.sd,
    }
    if (!power) return { setting, tokensPerSecond: judged(throughput) }
    const energy = {
      measured: power.measured - throughput.measured,
      residual: power.residual + share * step.residual,
      sd: Math.sqrt(power.sd ** 2 + (share ** 2 + unsure) * step.sd ** 2),
    }
    return {
      setting,
      tokensPerSecond: judged(throughput),
      watts: judged(power),
      joulesPerToken: judged(energy),
    }
  })
}

/** By row of the settings. */
function residualsOf(fitted: FittedGroup, output: Output, described: Described) {
  const { rows, alpha, leftOutSd } = fitted.outputs[output]
  const { logMean } = predictOutput(fitted, output, described)
  const noise = fitted.prior.outputs[output].noiseSd ** 2
  return new Map(
    [...rows].map((row, i): [number, Residual] => [
      row,
      {
        measured: logMean[row]! + noise * alpha[i]!,
        residual: alpha[i]! * leftOutSd[i]! ** 2,
        sd: leftOutSd[i]!,
      },
    ]),
  )
}

function judged({ measured, residual, sd }: Residual): Judged {
  const predicted = measured - residual
  return {
    measured: Math.exp(measured),
    predicted: Math.exp(predicted),
    low: Math.exp(predicted - Z90 * sd),
    high: Math.exp(predicted + Z90 * sd),
    z: residual / sd,
  }
}
