import type { Steps } from '../domain/steps.ts'
import {
  ageBlend,
  type BlendModel,
  candidates,
  LONGEST_LEAD_HOURS,
  mixOf,
  teachBlend,
} from './blend-model.ts'
import { bestBlock } from './captured-saving.ts'
import { type ErrorBand, errorBand, noteRatio } from './error-band.ts'
import { type HourlyValues, hourOf } from './hourly.ts'

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

/** One past hour to forecast from, with what was known at it and nothing later. */
export interface Start {
  readonly hour: number
  readonly expertsAt: (targetHour: number) => readonly number[] | undefined
}

/** Looks on at each origin of a replay, at the record as it stood then. */
export type Watch = (start: Start, record: BlendRecord) => void

export interface Replay {
  readonly model: BlendModel
  readonly count: number
  /** Oldest first; asked for in order, once each. */
  readonly startAt: (index: number) => Start
  readonly history: HourlyValues
  /** Hours at and after this are not known yet. */
  readonly nowMs: number
  readonly watch?: Watch | undefined
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

/**
 * Goes through past forecasts in order: at each, only what was known then is used; what came true
 * since is learnt before the next. Pauses after each.
 */
export function* replayOrigins(replay: Replay): Steps<BlendRecord> {
  const { model, count, startAt, history, nowMs, watch } = replay
  const said: SaidAt[] = []
  const record: BlendRecord = {
    model,
    said,
    bands: Array.from({ length: LONGEST_LEAD_HOURS / BAND_HOURS }, errorBand),
    gains: Array.from({ length: LONGEST_LEAD_HOURS / DAY_HOURS }, () => []),
    floorG: floorOf(history),
    origins: count,
  }
  let pending: Origin[] = []
  let learntAt: number | undefined
  const learnUntil = (hour: number) => {
    ageBlend(model, (hour - (learntAt ?? hour)) / DAY_HOURS)
    learntAt = hour
    for (const origin of pending) learnFrom(record, origin, history, hour)
    pending = pending.filter(({ learntTo }) => learntTo < LONGEST_LEAD_HOURS)
  }
  for (let index = 0; index < count; index++) {
    const start = startAt(index)
    learnUntil(start.hour)
    watch?.(start, record)
    const origin = originAt(record, start)
    said.push({ hour: start.hour, blended: origin.blended })
    pending.push(origin)
    yield
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
