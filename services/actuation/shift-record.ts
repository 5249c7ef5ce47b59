import type { NewEvent } from '../notification/index.ts'
import type { Desired } from './port.ts'
import { rollBack, type Shift } from './shift-sequence.ts'

/** A shift and how far it has come: all that must survive a crash. */
export interface ShiftRecord {
  readonly shift: Shift
  readonly status: 'running' | 'done' | 'rolled-back' | 'stuck' | 'superseded'
  /** Index of the first step that is not known to be done. */
  readonly next: number
  /** When that step was first tried; its time-out runs from here, also across restarts. */
  readonly stepSinceMs: number
  /** By step index, noted before the step was told. */
  readonly before: Readonly<Record<number, Desired>>
  /** Set while this is the way back from a shift that failed, with why. */
  readonly failed?: string
  /** Grows with each save; a save on an older one is refused. */
  readonly revision: number
}

/** What a step came to. `wait` is to be tried again; `fail` ends in a roll-back. */
export type StepOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'noted'; readonly before: Desired }
  | { readonly kind: 'wait' }
  | { readonly kind: 'fail'; readonly why: string }
  /** A newer plan takes over from wherever this one stands, which always serves the demand. */
  | { readonly kind: 'supersede' }

export const startOf = (shift: Shift, nowMs: number): ShiftRecord => ({
  shift,
  status: shift.steps.length === 0 ? 'done' : 'running',
  next: 0,
  stepSinceMs: nowMs,
  before: {},
  revision: 0,
})

/**
 * The step machine: pure, total, and the only place where progress is made.
 *
 * A shift that fails becomes its own roll-back; a roll-back that fails stays where it is, which is
 * never below what demand needs, because a roll-back removes only at its very end.
 */
export function advance(record: ShiftRecord, outcome: StepOutcome, nowMs: number): ShiftRecord {
  if (record.status !== 'running' || outcome.kind === 'wait') return record
  const revision = record.revision + 1
  switch (outcome.kind) {
    case 'noted': {
      const before = { ...record.before, [record.next]: outcome.before }
      return { ...record, before, revision }
    }
    case 'done': {
      const next = record.next + 1
      const last = next === record.shift.steps.length
      const ended = record.failed === undefined ? 'done' : 'rolled-back'
      return { ...record, next, stepSinceMs: nowMs, status: last ? ended : 'running', revision }
    }
    case 'supersede':
      return { ...record, status: 'superseded', revision }
    case 'fail':
      return failed(record, outcome.why, nowMs, revision)
  }
}

function failed(record: ShiftRecord, why: string, nowMs: number, revision: number): ShiftRecord {
  if (record.failed !== undefined) {
    return { ...record, status: 'stuck', failed: `${record.failed}; then ${why}`, revision }
  }
  const back = startOf(rollBack(record.shift, record.before, why), nowMs)
  const status = back.status === 'done' ? 'rolled-back' : 'running'
  return { ...back, status, failed: why, revision }
}

/** Where shifts in progress are kept. */
export interface ShiftStore {
  load(shiftId: string): Promise<ShiftRecord | undefined>
  /**
   * @param events told to subscribers if, and only if, the record is saved
   * @returns false where another process has moved it on since it was loaded
   */
  save(shiftId: string, record: ShiftRecord, events?: readonly NewEvent[]): Promise<boolean>
  /** Ids of every running one, oldest first. */
  unfinished(): Promise<readonly string[]>
  /** The newest shift of each model, whatever became of it; by model. */
  latest(models: readonly string[]): Promise<ReadonlyMap<string, ShiftRecord>>
  /**
   * Drops those that ended before an instant, and their leases.
   *
   * @returns how many
   */
  forget(beforeMs: number): Promise<number>
}
