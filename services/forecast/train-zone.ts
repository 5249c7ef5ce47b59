import {
  assertSameMeasure,
  type CarbonBasis,
  type CarbonSeries,
  type CarbonSignal,
  type Measure,
} from '../domain/carbon-series.ts'
import { finish, type Steps } from '../domain/steps.ts'
import type { Climatology } from './climatology.ts'
import { type HourlyValues, hourlyValues, hourOf } from './hourly.ts'
import { forecastedBy, learnNowcast, type Nowcast, nowcast } from './nowcast.ts'
import type { BlendRecord } from './replay-origins.ts'
import { trainOnHistory, trainOnIssues } from './train-blend.ts'

export interface ZoneTraining<
  S extends CarbonSignal = CarbonSignal,
  B extends CarbonBasis = CarbonBasis,
> {
  readonly measure: Measure<S, B>
  /** Measured values; the last week at least, two months at best. */
  readonly history: CarbonSeries<NoInfer<S>, NoInfer<B>>
  /** Earlier issues of the provider whose forecast will be blended, oldest first. */
  readonly pastIssues?: readonly CarbonSeries<NoInfer<S>, NoInfer<B>>[]
  readonly climatology?: Climatology<NoInfer<S>, NoInfer<B>> | undefined
  readonly nowMs: number
  /** Whether anybody will look beyond the provider's own forecast; true unless told. */
  readonly beyondIssue?: boolean
}

/** What a zone's past has taught. Worth keeping until its next issue or hour. */
export interface TrainedZone {
  readonly measure: Measure
  readonly onIssues: BlendRecord | undefined
  /** For the hours that no issue reaches; undefined where nobody will look at them. */
  readonly onHistory: BlendRecord | undefined
  /** How errors of the last hours carry over; undefined without a provider's record. */
  readonly nowcast: Nowcast | undefined
  readonly history: HourlyValues
  readonly climatology: Climatology | undefined
}

/**
 * Learns from a zone's past how far to trust whom, at once.
 *
 * @throws InvalidInput when two measures meet
 */
export const trainZone = <S extends CarbonSignal, B extends CarbonBasis>(
  training: ZoneTraining<S, B>,
): TrainedZone => finish(trainZoneInSteps(training))

/**
 * Like `trainZone`, pausing every millisecond or so of its 0.1 s.
 *
 * @throws InvalidInput when two measures meet
 */
export function* trainZoneInSteps<S extends CarbonSignal, B extends CarbonBasis>(
  training: ZoneTraining<S, B>,
): Steps<TrainedZone> {
  const { measure, pastIssues = [], climatology, nowMs, beyondIssue = true } = training
  for (const series of [training.history, ...pastIssues]) assertSameMeasure(measure, series)
  if (climatology) assertSameMeasure(measure, climatology)
  const history = hourlyValues(training.history.slots)
  const inputs = { history, climatology, nowMs }
  const onIssues = pastIssues.length > 0 ? yield* trainOnIssues(pastIssues, inputs) : undefined
  return {
    measure,
    onIssues,
    onHistory: beyondIssue || !onIssues ? yield* trainOnHistory(inputs) : undefined,
    nowcast: onIssues && (yield* trainNowcast(onIssues, history, hourOf(nowMs))),
    history,
    climatology,
  }
}

function* trainNowcast(
  { said }: BlendRecord,
  history: HourlyValues,
  nowHour: number,
): Steps<Nowcast> {
  const model = nowcast(said[0]!.hour)
  yield* learnNowcast(model, history, forecastedBy(said), nowHour)
  return model
}
