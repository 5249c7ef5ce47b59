import type { paths } from '../../../client/index.ts'

type JobRequest = NonNullable<
  paths['/v1/batch/jobs']['post']['requestBody']
>['content']['application/json']

/** A job as somebody fills it in. */
export interface JobDraft {
  readonly id: string
  /** What `amount` counts. */
  readonly unit: 'gpuHours' | 'tokens'
  readonly amount: number
  /** Sizes it may run at, as typed: `2, 4, 8`. */
  readonly gpus: string
  /** Empty is whichever there is. */
  readonly gpu: string
  readonly model: string
  readonly deadlineMs: number
  readonly interruptible: boolean
  /** None is all. */
  readonly regions: readonly string[]
}

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

export const newDraft = (nowMs: number): JobDraft => ({
  id: '',
  unit: 'gpuHours',
  amount: 8,
  gpus: '1, 2, 4',
  gpu: '',
  model: '',
  deadlineMs: Math.ceil((nowMs + DAY_MS) / MINUTE_MS) * MINUTE_MS,
  interruptible: true,
  regions: [],
})

/** The draft with a deadline just told as the earliest: in whole minutes, and one to hand it in. */
export const takingDeadline = (draft: JobDraft, earliestMs: number): JobDraft => ({
  ...draft,
  deadlineMs: (Math.ceil(earliestMs / MINUTE_MS) + 1) * MINUTE_MS,
})

/** The request that hands it in; what was left empty is left to the service. */
export function jobOf(draft: JobDraft): JobRequest {
  const { id, unit, amount, gpus, gpu, model, deadlineMs, interruptible, regions } = draft
  const work =
    unit === 'tokens'
      ? { tokens: amount, model }
      : { gpuHours: amount, gpus: sizesOf(gpus), ...(gpu && { gpu }) }
  return {
    ...(id.trim() && { id: id.trim() }),
    ...work,
    deadlineMs,
    interruptible,
    ...(regions.length > 0 && { regions: [...regions] }),
  }
}

/** Numbers as typed, between anything that is no digit. */
const sizesOf = (typed: string): number[] => (typed.match(/\d+/g) ?? ['1']).map(Number)
