import type { CarbonSeries } from '../domain/carbon-series.ts'
import {
  ageBlend,
  type BlendModel,
  blendModel,
  candidates,
  LONGEST_LEAD_HOURS,
  mixOf,
  teachBlend,
  WITH_PROVIDER,
  WITHOUT_PROVIDER,
} from './blend-model.ts'
import { bestBlock } from './captured-saving.ts'
import type { Climatology } from './climatology.ts'
import { type ErrorBand, errorBand, noteRatio } from './error-band.ts'
import { naiveForecasts } from './experts.ts'
import { type HourlyValues, hourlyValues, hourOf } from './hourly.ts'

/** All that past forecasts of one kind have taught. Opaque outside this folder. */
export interface BlendRecord {
  readonly model: BlendModel
  /** By stretch of six lead hours. */
  readonly bands: readonly ErrorBand[]
  /** By lead day: share saved by a four-hour job placed by each past blend. */
  readonly gains: readonly number[][]
  /** Values nearer to zero are taken as this where a ratio is needed. */
  readonly floorG: number
  /** Forecasts learnt from. */
  readonly origins: number
  /** What the blend said at each of them, by lead; oldest first. */
  readonly said: readonly SaidAt[]
}

/** One past forecast, as it was blended then. */
export interface SaidAt {
  readonly hour: number
  readonly blended: readonly (number | undefined)[]
}

export interface TrainingInputs {
  readonly history: HourlyValues
  readonly climatology?: Climatology | undefined
  /** Hours at and after this are not known yet. */
  readonly nowMs: number
}

/** One forecast made in the past, waiting for the truth. */
interface Origin {
  readonly hour: number
  readonly experts: readonly (readonly number[] | undefined)[]
  readonly said: readonly (readonly number[] | undefined)[]
  readonly blended: readonly (number | undefined)[]
  learntTo: number
}

export const BAND_HOURS = 6
const DAY_HOURS = 24
const JOB_HOURS = 4
const FLOOR_SHARE = 0.1
/** Daily origins replayed when there is no provider to learn about. */
const REPLAYED_DAYS = 60

/**
 * Replays a provider's past issues in order: at each, only what was known then is used; what came
 * true since is learnt before the next. Pure, and quick enough (about 0.1 s for two months of daily
 * issues) to run afresh with each new issue, so that there is no state to keep or migrate.
 *
 * @param issues oldest first; one a day at the hour of the current one serves best
 * @param watch sees the record as it stood at each issue, before anything later was learnt
 */
export function trainOnIssues(
  issues: readonly CarbonSeries[],
  inputs: TrainingInputs,
  watch?: Watch,
): BlendRecord {
  const origins = issues.map((issue) => {
    const promised = hourlyValues(issue.slots)
    const hour = hourOf(issue.issuedAtMs)
    const naive = naiveForecasts(inputs.history, inputs.climatology, hour)
    return {
      hour,
      expertsAt: (target: number) => {
        const providerG = promised.at(target)
        const rest = naive(target)
        return providerG === undefined || !rest ? undefined : withProvider(providerG, rest)
      },
    }
  })
  return replay(blendModel(WITH_PROVIDER), origins, inputs, watch)
}

/** The same for the naive forecasts alone, replayed daily over as much history as there is. */
export function trainOnHistory(inputs: TrainingInputs): BlendRecord {
  const nowHour = hourOf(inputs.nowMs)
  const days = Math.min(REPLAYED_DAYS, Math.floor((nowHour - inputs.history.firstHour) / DAY_HOURS))
  const origins = Array.from({ length: Math.max(0, days) }, (_, index) => {
    const hour = nowHour - (days - index) * DAY_HOURS
    const naive = naiveForecasts(inputs.history, inputs.climatology, hour)
    return {
      hour,
      expertsAt: (target: number) => {
        const rest = naive(target)
        return rest && withoutProvider(rest)
      },
    }
  })
  return replay(blendModel(WITHOUT_PROVIDER), origins, inputs)
}

type Rest = NonNullable<ReturnType<ReturnType<typeof naiveForecasts>>>
export const withProvider = (providerG: number, { weekG, yesterdayG, climateG }: Rest) => [
  providerG,
  weekG,
  yesterdayG,
  climateG,
]
export const withoutProvider = ({ weekG, yesterdayG, climateG }: Rest) => [
  weekG,
  yesterdayG,
  climateG,
]

/** Looks on at each origin of a replay. */
export type Watch = (start: Start, record: BlendRecord) => void

export interface Start {
  readonly hour: number
  readonly expertsAt: (targetHour: number) => readonly number[] | undefined
}

function replay(
  model: BlendModel,
  starts: readonly Start[],
  { history, nowMs }: TrainingInputs,
  watch: Watch = () => undefined,
): BlendRecord {
  const said: SaidAt[] = []
  const record: BlendRecord = {
    model,
    said,
    bands: Array.from({ length: LONGEST_LEAD_HOURS / BAND_HOURS }, errorBand),
    gains: Array.from({ length: LONGEST_LEAD_HOURS / DAY_HOURS }, () => []),
    floorG: floorOf(history),
    origins: starts.length,
  }
  let pending: Origin[] = []
  let learntAt = starts[0]?.hour ?? 0
  const learnUntil = (hour: number) => {
    ageBlend(model, (hour - learntAt) / DAY_HOURS)
    learntAt = hour
    for (const origin of pending) learnFrom(record, origin, history, hour)
    pending = pending.filter(({ learntTo }) => learntTo < LONGEST_LEAD_HOURS)
  }
  for (const start of starts) {
    learnUntil(start.hour)
    watch(start, record)
    const origin = originAt(record, start)
    said.push({ hour: start.hour, blended: origin.blended })
    pending.push(origin)
  }
  learnUntil(hourOf(nowMs))
  return record
}

function originAt({ model, floorG }: BlendRecord, { hour, expertsAt }: Start): Origin {
  const experts = Array.from({ length: LONGEST_LEAD_HOURS }, (_, lead) => expertsAt(hour + lead))
  const said = experts.map((each, lead) => each && candidates(model, lead, each, floorG))
  const blended = said.map((each, lead) => each && mixOf(model, lead, each))
  return { hour, experts, said, blended, learntTo: 0 }
}

function learnFrom(record: BlendRecord, origin: Origin, history: HourlyValues, hour: number): void {
  const end = Math.min(LONGEST_LEAD_HOURS, hour - origin.hour)
  for (let lead = origin.learntTo; lead < end; lead++) {
    const experts = origin.experts[lead]
    const actualG = history.at(origin.hour + lead)
    if (experts && actualG !== undefined) {
      const blendedG = origin.blended[lead]!
      const { model, floorG, bands } = record
      teachBlend(model, { lead, experts, actualG, said: origin.said[lead]! }, floorG)
      const ratio = 1 + (actualG - blendedG) / Math.max(Math.abs(blendedG), floorG)
      noteRatio(bands[Math.floor(lead / BAND_HOURS)]!, ratio)
    }
    if ((lead + 1) % DAY_HOURS === 0) noteGain(record, origin, history, lead + 1 - DAY_HOURS)
  }
  origin.learntTo = Math.max(origin.learntTo, end)
}

/** What placing a job by the blend would have saved on that lead day, where all of it is known. */
function noteGain(
  record: BlendRecord,
  origin: Origin,
  history: HourlyValues,
  firstLead: number,
): void {
  const leads = Array.from({ length: DAY_HOURS }, (_, index) => firstLead + index)
  const said = leads.flatMap((lead) => origin.blended[lead] ?? [])
  const came = leads.flatMap((lead) => history.at(origin.hour + lead) ?? [])
  if (said.length < DAY_HOURS || came.length < DAY_HOURS) return
  const meanG = came.reduce((sum, value) => sum + value, 0) / DAY_HOURS
  const start = bestBlock(said, JOB_HOURS)
  const placed = came.slice(start, start + JOB_HOURS)
  const placedG = placed.reduce((sum, value) => sum + value, 0) / JOB_HOURS
  const scale = Math.max(Math.abs(meanG), record.floorG)
  record.gains[firstLead / DAY_HOURS]!.push((meanG - placedG) / scale)
}

function floorOf(history: HourlyValues): number {
  let sum = 0
  let count = 0
  for (let hour = history.firstHour; hour < history.endHour; hour++) {
    const value = history.at(hour)
    if (value === undefined) continue
    sum += Math.abs(value)
    count++
  }
  return Math.max(1, count === 0 ? 0 : (FLOOR_SHARE * sum) / count)
}
