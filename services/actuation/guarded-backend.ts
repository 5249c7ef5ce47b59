import { Conflict, Fenced, Forbidden, ForeignOwner, Unsupported } from '../domain/errors.ts'
import { assertDesired, differingFields, fieldsOf, pick } from './desired.ts'
import type { BackendDriver } from './driver.ts'
import { observeEach } from './observe-each.ts'
import type {
  ApplyContext,
  Desired,
  DesiredField,
  InferenceBackend,
  Observed,
  Receipt,
  TargetRef,
} from './port.ts'
import type { Remembered, TargetMemory } from './target-memory.ts'

export interface GuardDeps {
  readonly memory: TargetMemory
  readonly nowMs: () => number
  /** Resolves after the time, or rejects when aborted. */
  readonly sleep: (durationMs: number, abort?: AbortSignal) => Promise<void>
  readonly pollMs?: number
}

const DEFAULT_POLL_MS = 1_000

/** Gives a driver the manners every backend must have; see `InferenceBackend` for the promises. */
export function guardedBackend<Raw>(driver: BackendDriver<Raw>, deps: GuardDeps): InferenceBackend {
  const { memory, nowMs } = deps

  const look = (target: TargetRef, abort?: AbortSignal) =>
    Promise.all([driver.read(target, abort), memory.recall(target.id)])

  async function apply(
    target: TargetRef,
    desired: Desired,
    context: ApplyContext,
  ): Promise<Receipt> {
    assertSupported(driver, target, desired)
    context.abort?.throwIfAborted()
    const [sighting, remembered] = await look(target, context.abort)
    const { seen } = sighting
    assertMayAct(target, seen, remembered, context)

    const fields = fieldsOf(desired)
    const receipt: Receipt = {
      targetId: target.id,
      idempotencyKey: context.idempotencyKey,
      before: pick(seen.desired, fields),
      after: desired,
      version: seen.version,
      effect: 'noop',
      mode: 'direct',
      warnings: [],
      atMs: nowMs(),
    }
    const asked = pick(desired, unsureFields(desired, seen, remembered))
    if (fieldsOf(asked).length === 0) return receipt
    assertNotForeign(target, seen, context)
    if (context.dryRun) {
      const would =
        driver.dryRun === 'server' && (await driver.write(target, asked, sighting, context))
      return { ...receipt, ...would, effect: 'would-accept' }
    }
    const entry = entryOf(asked, seen, remembered, context, nowMs())
    if (!(await memory.remember(target.id, entry))) throw fenced(target, context)
    const written = await driver.write(target, asked, sighting, context)
    const version = written.version ?? (await driver.read(target, context.abort)).seen.version
    return { ...receipt, ...written, effect: 'accepted', version }
  }

  async function release(target: TargetRef, context: ApplyContext): Promise<void> {
    const [sighting, remembered] = await look(target, context.abort)
    assertMayAct(target, { ...sighting.seen, paused: false }, remembered, context)
    if (context.dryRun) return
    const { before = {} } = remembered ?? {}
    const image = fieldsOf(before).length > 0 ? before : undefined
    await driver.release(target, image, sighting, context)
    // Nothing is told any more, but a late writer must stay out: the fence is kept.
    const { fence, planVersion, idempotencyKey } = context
    const released = { fence, planVersion, idempotencyKey, before: {}, applied: {} }
    if (!(await memory.remember(target.id, { ...released, atMs: nowMs() }))) {
      throw fenced(target, context)
    }
  }

  return {
    type: driver.type,
    probe: (target, abort) => driver.probe(target, abort),
    observe: async (target, abort) => (await driver.read(target, abort)).seen,
    ...(driver.together && {
      observeAll: (targets, abort) => {
        const { read } = driver.together!(targets)
        return observeEach(targets, async (target) => (await read(target, abort)).seen)
      },
    }),
    apply,
    settle: (...call) => settle(driver, deps, ...call),
    release,
  }
}

async function settle<Raw>(
  driver: BackendDriver<Raw>,
  { nowMs, sleep, pollMs = DEFAULT_POLL_MS }: GuardDeps,
  target: TargetRef,
  receipt: Receipt,
  deadlineMs: number,
  abort?: AbortSignal,
): Promise<Observed> {
  for (;;) {
    const { seen } = await driver.read(target, abort)
    const arrived = seen.settled && differingFields(receipt.after, seen.desired).length === 0
    const leftMs = deadlineMs - nowMs()
    if (arrived || leftMs <= 0) return { ...seen, settled: arrived }
    await sleep(Math.min(pollMs, leftMs), abort)
  }
}

/**
 * What differs from what is seen, or from what we last told: then either somebody else has made it
 * so already, or the sighting is from before our last write. Writing it once more, on condition of
 * that sighting, tells the two apart; taking it for done would not.
 */
function unsureFields(
  desired: Desired,
  seen: Observed,
  remembered: Remembered | undefined,
): readonly DesiredField[] {
  const toldOtherwise = differingFields(
    pick(desired, fieldsOf(remembered?.applied ?? {})),
    remembered?.applied ?? {},
  )
  return [...new Set([...differingFields(desired, seen.desired), ...toldOtherwise])]
}

/** Written ahead of the write, so that a crash in between leaves the way back known. */
function entryOf(
  asked: Desired,
  seen: Observed,
  remembered: Remembered | undefined,
  { fence, planVersion, idempotencyKey }: ApplyContext,
  atMs: number,
): Remembered {
  return {
    fence,
    planVersion,
    idempotencyKey,
    before: { ...pick(seen.desired, fieldsOf(asked)), ...remembered?.before },
    applied: { ...remembered?.applied, ...asked },
    atMs,
  }
}

function assertSupported(
  driver: Pick<BackendDriver, 'type' | 'supports'>,
  target: TargetRef,
  desired: Desired,
): void {
  assertDesired(desired)
  const strange = fieldsOf(desired).find((field) => !driver.supports.includes(field))
  if (strange) throw new Unsupported(`${target.id}: ${driver.type} cannot set ${strange}`)
}

function assertMayAct(
  target: TargetRef,
  seen: Observed,
  remembered: Remembered | undefined,
  context: ApplyContext,
): void {
  const highest = Math.max(seen.fence ?? 0, remembered?.fence ?? 0)
  if (context.fence < highest) throw fenced(target, context, highest)
  if (seen.paused) throw new Forbidden(`${target.id}: paused by a person at the target`)
  if (context.ifVersion !== undefined && context.ifVersion !== seen.version) {
    throw new Conflict(
      `${target.id}: decided on version ${context.ifVersion}, now at ${seen.version}`,
    )
  }
}

function assertNotForeign(target: TargetRef, seen: Observed, context: ApplyContext): void {
  const steering = seen.owners.filter(({ how }) => how === 'hpa' || how === 'keda')
  if (steering.length === 0) return
  const names = steering.map(({ who }) => who).join(' and ')
  if (steering.length > 1) throw new ForeignOwner(`${target.id}: ${names} fight over it`)
  if (context.onForeignOwner === 'fail') {
    throw new ForeignOwner(`${target.id}: ${names} steers it and would revert us`)
  }
}

function fenced(target: TargetRef, { fence }: ApplyContext, highest?: number): Fenced {
  return new Fenced(`${target.id}: fence ${fence} is older than ${highest ?? 'the one in force'}`)
}
