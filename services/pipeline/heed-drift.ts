import {
  type AuditEntry,
  type AuditLog,
  answerDrift,
  type Drift,
  driftOf,
  type Observed,
  pick,
  type Remembered,
  type SteeredTarget,
  type TargetMemory,
} from '../actuation/index.ts'
import type { NewEvent } from '../notification/index.ts'
import type { FleetSight } from './look-at-fleet.ts'
import type { Motion } from './shift-motion.ts'

export interface HeedDriftPorts {
  readonly memory: TargetMemory
  readonly audit: AuditLog
  tell(events: readonly NewEvent[]): Promise<void>
  readonly actor: string
}

const HOUR_MS = 3_600_000
const MARK = 'drift'

/**
 * Has anybody changed what the targets were told? Each drift is written down with who and when, and
 * answered as the fleet's policy says. Models on the move are told things anyway and are left out.
 *
 * @returns the same sight, with the targets that are to be left alone marked as paused
 */
export async function heedDrift(
  ports: HeedDriftPorts,
  sight: FleetSight,
  motions: ReadonlyMap<string, Motion>,
  version: number,
): Promise<FleetSight> {
  const observed: Record<string, Observed> = { ...sight.observed }
  const looks = await looksWorthwhile(ports, sight, motions)
  const ids = looks.map(({ target }) => target.ref.id)
  const past = looks.length > 0 ? await ports.audit.since(sight.nowMs - HOUR_MS, ids) : []
  for (const look of looks) {
    const { id } = look.target.ref
    const mine = past.filter(({ targetId }) => targetId === id)
    const leave = await leaveAlone(ports, sight, { ...look, past: mine, version })
    if (leave) observed[id] = { ...look.seen, paused: true }
  }
  return { ...sight, observed }
}

interface Look {
  readonly target: SteeredTarget
  readonly seen: Observed
  readonly remembered: Remembered
  readonly drift: Drift
}

/** Where something has changed, or what somebody else chose was kept a while ago. */
async function looksWorthwhile(
  { memory }: HeedDriftPorts,
  { fleet, targets, observed }: FleetSight,
  motions: ReadonlyMap<string, Motion>,
): Promise<readonly Look[]> {
  const still = targets.filter(({ model }) => motions.get(model) === 'free')
  const told = await memory.recallAll(still.map(({ ref }) => ref.id))
  return still.flatMap((target) => {
    const seen = observed[target.ref.id]
    const remembered = told.get(target.ref.id)
    if (!seen || !remembered) return []
    const drift = driftOf(remembered, seen)
    const settled = drift.kind === 'none' && fleet.moves.onDrift !== 'adopt'
    return settled ? [] : [{ target, seen, remembered, drift }]
  })
}

async function leaveAlone(
  ports: HeedDriftPorts,
  { fleet, nowMs }: FleetSight,
  look: Look & { readonly past: readonly AuditEntry[]; readonly version: number },
): Promise<boolean> {
  const { target, seen, remembered, drift, past, version } = look
  const { ref } = target
  const policy = fleet.moves.onDrift
  // Theirs was kept under this very plan: a newer one may ask for something else.
  const adopted = past[0]?.detail === 'adopted' && past[0].planVersion === String(version)
  if (drift.kind === 'none') return adopted
  // What we told did not take hold: that is our failure, and nobody's change.
  if (past[0]?.result === 'failed') return false
  const corrections = past.filter(({ reason }) => reason.startsWith(MARK)).length
  const { act, alarm } = answerDrift(drift, policy, seen, remembered, corrections)
  const entry = entryOf(ports.actor, ref.id, { seen, drift, remembered, version, act, nowMs })
  // Said once for each change, however often it is looked at.
  const said = past.some((one) => one.idempotencyKey === entry.idempotencyKey)
  // What says that it was said comes last: whoever dies before it says it again, as one event.
  if (alarm && !said) await ports.tell([eventOf(entry, ref.region)])
  if (act === 'adopt') await adopt(ports.memory, ref.id, remembered, seen, drift)
  if (!said) await ports.audit.append(entry)
  return act !== 'reapply'
}

async function adopt(
  memory: TargetMemory,
  id: string,
  remembered: Remembered,
  seen: Observed,
  { fields }: Drift,
): Promise<void> {
  const applied = { ...remembered.applied, ...pick(seen.desired, fields) }
  await memory.remember(id, { ...remembered, applied })
}

const DETAIL = { adopt: 'adopted', reapply: 'to be told again', nothing: 'left' } as const

function entryOf(
  actor: string,
  targetId: string,
  look: {
    readonly seen: Observed
    readonly drift: Drift
    readonly remembered: Remembered
    readonly version: number
    readonly act: keyof typeof DETAIL
    readonly nowMs: number
  },
): AuditEntry {
  const { seen, drift, remembered, version, act, nowMs } = look
  const by = drift.by ? ` by ${drift.by.who}` : ''
  const when =
    drift.by?.sinceMs === undefined ? '' : ` at ${new Date(drift.by.sinceMs).toISOString()}`
  return {
    atMs: nowMs,
    actor,
    targetId,
    planVersion: String(version),
    idempotencyKey: `${MARK}/${targetId}@${seen.version}`,
    fence: remembered.fence,
    reason: `${MARK}: ${drift.kind}${by}${when}`,
    before: pick(remembered.applied, drift.fields),
    after: pick(seen.desired, drift.fields),
    result: 'noop',
    detail: DETAIL[act],
  }
}

const eventOf = (entry: AuditEntry, region: string): NewEvent => ({
  type: 'target.drifted',
  subject: `region/${region}`,
  key: entry.idempotencyKey,
  occurredAtMs: entry.atMs,
  data: {
    target: entry.targetId,
    told: entry.before,
    found: entry.after,
    reason: entry.reason,
    answer: entry.detail,
  },
})
