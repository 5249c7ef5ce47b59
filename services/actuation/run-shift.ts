import { AppError } from '../domain/errors.ts'
import type { AuditLog } from './audit.ts'
import { fieldsOf, pick } from './desired.ts'
import type {
  ApplyContext,
  Desired,
  InferenceBackend,
  Observed,
  Receipt,
  TargetRef,
} from './port.ts'
import { advance, type ShiftRecord, type ShiftStore, type StepOutcome } from './shift-record.ts'
import type { ShiftStep } from './shift-sequence.ts'
import { standingReplicas } from './standing.ts'

export type SloState = 'ok' | 'burning' | 'unknown'

export interface ShiftDeps {
  readonly backendFor: (target: TargetRef) => InferenceBackend
  readonly store: Pick<ShiftStore, 'load' | 'save'>
  readonly audit: AuditLog
  /** Seen on telemetry newer than `sinceMs`; `unknown` where there is none yet. */
  readonly slo: (model: string, sinceMs: number) => Promise<SloState>
  /** Requests that run there; undefined where nobody knows. */
  readonly inFlight: (target: TargetRef) => Promise<number | undefined>
  /**
   * Asked before every single step: the kill switch, the lease, the envelope on fresh state.
   *
   * @returns why to stop here for now; undefined to go on
   */
  readonly obstacle: (step: ShiftStep, fresh: Observed | undefined) => Promise<string | undefined>
  readonly actor: string
  readonly fence: number
  readonly onForeignOwner: (target: TargetRef) => ApplyContext['onForeignOwner']
  readonly timeouts: { readonly readyMs: number; readonly sloMs: number; readonly drainMs: number }
  readonly pollMs: number
  /** How long one call waits for what has not come yet, before it hands its worker back. */
  readonly patienceMs: number
  readonly nowMs: () => number
  readonly sleep: (durationMs: number, abort?: AbortSignal) => Promise<void>
}

export type ShiftResult =
  | { readonly status: Exclude<ShiftRecord['status'], 'running'>; readonly record: ShiftRecord }
  /** Stopped where it was, safely; the same call goes on from there. */
  | { readonly status: 'held'; readonly why: string; readonly record: ShiftRecord }
  | { readonly status: 'waiting'; readonly record: ShiftRecord }
  | { readonly status: 'taken-over' }

/**
 * Carries a shift out, from wherever it stands, until it ends or something says stop.
 *
 * Progress is kept before and after each step: the before-image ahead of the first telling, so that
 * a crash at any instant leaves the way back known; the rest is repeatable, because every step sets
 * absolute values under one idempotency key.
 */
export async function runShift(
  shiftId: string,
  deps: ShiftDeps,
  abort?: AbortSignal,
): Promise<ShiftResult> {
  let record = await deps.store.load(shiftId)
  const startedMs = deps.nowMs()
  let outcome: Attempt | undefined
  while (record?.status === 'running') {
    abort?.throwIfAborted()
    outcome = await attempt({ record, sighted: sightingOf(outcome), deps, abort })
    if (outcome.kind === 'held') return { status: 'held', why: outcome.why, record }
    if (outcome.kind === 'wait') {
      if (deps.nowMs() - startedMs >= deps.patienceMs) return { status: 'waiting', record }
      await deps.sleep(deps.pollMs, abort)
    }
    const next: ShiftRecord = advance(record, outcome, deps.nowMs())
    if (next !== record && !(await deps.store.save(shiftId, next))) return { status: 'taken-over' }
    record = next
  }
  return record ? { status: record.status as 'done', record } : { status: 'taken-over' }
}

type Attempt =
  | Exclude<StepOutcome, { kind: 'noted' }>
  | { readonly kind: 'noted'; readonly before: Desired; readonly fresh: Observed }
  | { readonly kind: 'held'; readonly why: string }

const sightingOf = (outcome: Attempt | undefined): Observed | undefined =>
  outcome?.kind === 'noted' ? outcome.fresh : undefined

interface Moment {
  readonly record: ShiftRecord
  /** Seen and found good to act on a moment ago, when the way back was noted. */
  readonly sighted: Observed | undefined
  readonly deps: ShiftDeps
  readonly abort: AbortSignal | undefined
}

async function attempt(moment: Moment): Promise<Attempt> {
  const { record, deps, abort } = moment
  const step = record.shift.steps[record.next]!
  try {
    if (step.kind === 'tell') return await tell(moment, step)
    const why = await deps.obstacle(step, undefined)
    if (why !== undefined) return { kind: 'held', why }
    return await waitFor(record, step, deps, abort)
  } catch (error) {
    abort?.throwIfAborted()
    if (!(error instanceof AppError)) throw error
    return afterError(record, step, deps, error)
  }
}

/** What may pass is tried again until the step's time is up; a refusal fails at once. */
function afterError(
  record: ShiftRecord,
  step: ShiftStep,
  deps: ShiftDeps,
  error: AppError,
): Attempt {
  if (error.code === 'FENCED') return { kind: 'held', why: error.message }
  const late = deps.nowMs() - record.stepSinceMs >= timeoutOf(step, deps)
  if (error.retryable && !late) return { kind: 'wait' }
  return { kind: 'fail', why: `${error.code}: ${error.message}` }
}

const timeoutOf = ({ kind }: ShiftStep, { timeouts }: ShiftDeps): number =>
  kind === 'drain' ? timeouts.drainMs : kind === 'check-slo' ? timeouts.sloMs : timeouts.readyMs

async function tell(
  { record, sighted, deps, abort }: Moment,
  step: ShiftStep & { kind: 'tell' },
): Promise<Attempt> {
  const { target, desired, why } = step
  const backend = deps.backendFor(target)
  const fresh = sighted ?? (await backend.observe(target, abort))
  const obstacle = sighted ? undefined : await deps.obstacle(step, fresh)
  if (obstacle !== undefined) return { kind: 'held', why: obstacle }
  const before = record.before[record.next]
  if (!before) return { kind: 'noted', before: imageOf(fresh, desired), fresh }
  const context: ApplyContext = {
    idempotencyKey: `${record.shift.id}/${record.next}`,
    fence: deps.fence,
    planVersion: record.shift.planVersion,
    ifVersion: fresh.version,
    onForeignOwner: deps.onForeignOwner(target),
    abort,
  }
  const note = (result: Receipt['effect'] | 'failed', detail: string) =>
    deps.audit.append({
      atMs: deps.nowMs(),
      actor: deps.actor,
      targetId: target.id,
      planVersion: context.planVersion,
      idempotencyKey: context.idempotencyKey,
      fence: context.fence,
      reason: `${why}: ${record.shift.reason}`,
      before,
      after: desired,
      result,
      ...(detail && { detail }),
    })
  try {
    const receipt = await backend.apply(target, desired, context)
    await note(receipt.effect, receipt.warnings.join('; '))
    return { kind: 'done' }
  } catch (error) {
    if (error instanceof AppError) await note('failed', `${error.code}: ${error.message}`)
    throw error
  }
}

/**
 * What the way back tells. Of a band at least as many as serve now: its own lower end may be far less
 * than the traffic that comes back with it needs.
 */
function imageOf(seen: Observed, asked: Desired): Desired {
  const image = pick(seen.desired, fieldsOf(asked))
  const min = standingReplicas(seen)
  if (!image.replicas || min === undefined) return image
  return { ...image, replicas: { ...image.replicas, min } }
}

async function waitFor(
  { stepSinceMs }: ShiftRecord,
  step: Exclude<ShiftStep, { kind: 'tell' }>,
  deps: ShiftDeps,
  abort?: AbortSignal,
): Promise<Attempt> {
  const late = deps.nowMs() - stepSinceMs >= timeoutOf(step, deps)
  if (step.kind === 'ready') return untilReady(step, deps, late, abort)
  if (step.kind === 'check-slo') return untilKept(step.model, stepSinceMs, deps, late)
  return untilDrained(step, deps, late)
}

async function untilReady(
  { target, desired }: ShiftStep & { kind: 'ready' },
  { backendFor }: ShiftDeps,
  late: boolean,
  abort?: AbortSignal,
): Promise<Attempt> {
  const seen = await backendFor(target).observe(target, abort)
  if (hasArrived(seen, desired)) return { kind: 'done' }
  return late ? { kind: 'fail', why: `${target.id} is not ready in time` } : { kind: 'wait' }
}

async function untilKept(
  model: string,
  sinceMs: number,
  { slo }: ShiftDeps,
  late: boolean,
): Promise<Attempt> {
  const state = await slo(model, sinceMs)
  if (state === 'ok') return { kind: 'done' }
  if (state === 'burning') return { kind: 'fail', why: `${model} misses its objective` }
  return late ? { kind: 'fail', why: `${model} sends no telemetry` } : { kind: 'wait' }
}

async function untilDrained(
  { target, mostInFlight }: ShiftStep & { kind: 'drain' },
  { inFlight }: ShiftDeps,
  late: boolean,
): Promise<Attempt> {
  const running = await inFlight(target)
  if (running !== undefined && running <= mostInFlight) return { kind: 'done' }
  if (!late) return { kind: 'wait' }
  // Nobody knows: the time-out is longer than any request. Somebody knows: they still run.
  return running === undefined
    ? { kind: 'done' }
    : { kind: 'fail', why: `${target.id} still serves ${running} requests` }
}

/** Arrived, or already further: more than asked for is as good to go on with. */
function hasArrived({ settled, readyReplicas, desired }: Observed, asked: Desired): boolean {
  const least = asked.replicas?.min
  if (least === undefined) return settled
  if (readyReplicas !== undefined) return readyReplicas >= least
  return settled && (desired.replicas?.min ?? 0) >= least
}
