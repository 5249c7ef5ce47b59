import {
  type AuditLog,
  type Command,
  commandsFor,
  type EnvelopeLimits,
  type InferenceBackend,
  type Observed,
  quotaKey,
  type SteeredTarget,
} from '../actuation/index.ts'
import { AppError } from '../domain/errors.ts'
import type { Fleet } from '../fleet/index.ts'
import type { NewEvent } from '../notification/index.ts'
import type { Plan } from '../planning/index.ts'
import type { PlanStore, StoredPlan } from '../plans/index.ts'
import type { JobQueue } from '../queue/index.ts'
import { inForce } from './plan-events.ts'

export interface ApplyPlanPorts {
  readonly plans: PlanStore
  fleet(): Promise<Fleet>
  /** What the plan and those before it steer, over all regions. */
  targets(fleet: Fleet, plan: Plan): Promise<readonly SteeredTarget[]>
  backend(id: string): InferenceBackend
  /** By target id: when we last told it something. */
  changedAtMs(targetIds: readonly string[]): Promise<Readonly<Record<string, number>>>
  readonly audit: AuditLog
  tell(events: readonly NewEvent[]): Promise<void>
  readonly queue: Pick<JobQueue, 'add'>
  /** Words on why nothing may be moved now, by anybody's switch; undefined where all is well. */
  stopped(): Promise<string | undefined>
  nowMs(): number
  readonly actor: string
}

export type ApplyResult =
  | { readonly status: 'superseded' | 'stopped' }
  | { readonly status: 'applied'; readonly told: number; readonly held: number }

/** Long enough for a target to get ready a little, short enough to shrink the old side soon. */
const LOOK_AGAIN_MS = 10_000
const HELD_ALONE_MS = 60_000

/**
 * plan -> fresh look at every target -> commands inside the envelope -> backends, for one region.
 *
 * Capacity is made before any is broken: what is ready in the other regions is looked at too, and
 * this looks again until there is nothing left to do or a newer plan has come.
 */
export async function applyPlan(
  ports: ApplyPlanPorts,
  job: { readonly version: number; readonly region: string },
  abort?: AbortSignal,
): Promise<ApplyResult> {
  const stored = await ports.plans.current()
  if (stored?.version !== job.version || stored.outcome.status !== 'planned') {
    return { status: 'superseded' }
  }
  if ((await ports.stopped()) !== undefined) return { status: 'stopped' }
  const nowMs = ports.nowMs()
  const expired = nowMs >= stored.validUntilMs

  const fleet = await ports.fleet()
  const { plan } = stored.outcome
  const targets = await ports.targets(fleet, plan)
  const { commands, held } = commandsFor({
    // An expired plan wishes for nothing but the safe state.
    assignments: expired ? undefined : inForce(plan, nowMs),
    targets,
    observed: await look(ports, targets, abort),
    changedAtMs: await ports.changedAtMs(targets.map(({ ref }) => ref.id)),
    limits: limitsOf(fleet, plan, nowMs),
    nowMs,
  })
  const ours = commands.filter(({ target }) => target.region === job.region)
  for (const command of ours) await carryOut(ports, stored, command, fleet, abort)

  const heldHere = held.filter(({ targetId }) => targetId.startsWith(`${job.region}/`)).length
  if (ours.length + heldHere > 0) {
    await lookAgain(ports, job, nowMs + (ours.length > 0 ? LOOK_AGAIN_MS : HELD_ALONE_MS), nowMs)
  }
  return { status: 'applied', told: ours.length, held: heldHere }
}

/** A target that cannot be seen is absent: the envelope holds what it does not know. */
async function look(
  { backend }: ApplyPlanPorts,
  targets: readonly SteeredTarget[],
  abort?: AbortSignal,
): Promise<Record<string, Observed>> {
  const seen = await Promise.all(
    targets.map(async ({ ref }) => {
      try {
        return [[ref.id, await backend(ref.backend).observe(ref, abort)] as const]
      } catch (error) {
        if (error instanceof AppError) return []
        throw error
      }
    }),
  )
  return Object.fromEntries(seen.flat())
}

function limitsOf(fleet: Fleet, plan: Plan, nowMs: number): EnvelopeLimits {
  const window = plan.windows.findIndex(({ startMs, endMs }) => startMs <= nowMs && nowMs < endMs)
  const { maxChangedGpusPerWindow = Number.POSITIVE_INFINITY, minDwellMinutes } = fleet.policy
  return {
    models: Object.fromEntries(
      fleet.models.map(({ id, minReplicas }) => {
        const flows = plan.flows.filter((flow) => flow.window === window && flow.model === id)
        const tokensPerSecond = flows.reduce((sum, flow) => sum + flow.tokensPerSecond, 0)
        return [id, { minReplicas, tokensPerSecond, sloBurning: false }]
      }),
    ),
    quotaGpus: Object.fromEntries(
      fleet.regions.flatMap(({ id, gpus }) =>
        gpus.map(({ type, count }) => [quotaKey({ region: id, gpu: type }), count]),
      ),
    ),
    maxChangedGpus: maxChangedGpusPerWindow,
    changedGpus: {},
    minDwellMs: minDwellMinutes * 60_000,
    maxUnreadyRatio: 0.45,
    lastKnownGood: {},
  }
}

async function carryOut(
  ports: ApplyPlanPorts,
  { version }: StoredPlan,
  command: Command,
  fleet: Fleet,
  abort?: AbortSignal,
): Promise<void> {
  const { target, desired, ifVersion, reason, toReplicas } = command
  const planVersion = String(version)
  const idempotencyKey = `${version}/${target.id}/${toReplicas ?? 'cap'}`
  const entry = {
    actor: ports.actor,
    targetId: target.id,
    planVersion,
    idempotencyKey,
    fence: version,
    reason,
    after: desired,
  }
  try {
    const receipt = await ports.backend(target.backend).apply(target, desired, {
      idempotencyKey,
      fence: version,
      planVersion,
      ifVersion,
      onForeignOwner: onForeignOwner(fleet, target.backend),
      abort,
    })
    const detail = receipt.warnings.join('; ')
    await ports.audit.append({
      ...entry,
      atMs: ports.nowMs(),
      before: receipt.before,
      result: receipt.effect,
      ...(detail && { detail }),
    })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const detail = `${error.code}: ${error.message}`
    await ports.audit.append({ ...entry, atMs: ports.nowMs(), result: 'failed', detail })
    // What may pass by itself is tried again in a moment; only the rest needs a person.
    if (error.retryable) return
    await ports.tell([failure(version, command, detail, ports.nowMs())])
  }
}

const onForeignOwner = ({ backends }: Fleet, id: string): 'fail' | 'bounds' | 'force' => {
  const backend = backends.find((one) => one.id === id)
  return backend?.kind === 'kubernetes' ? backend.onForeignOwner : 'fail'
}

const failure = (
  version: number,
  { target, desired, reason }: Command,
  detail: string,
  occurredAtMs: number,
): NewEvent => ({
  type: 'action.failed',
  subject: `region/${target.region}`,
  key: `${version}/${target.id}`,
  occurredAtMs,
  data: { version, target: target.id, backend: target.backend, desired, reason, detail },
})

/** One follow-up per region and moment, however many runs ask for it. */
function lookAgain(
  { queue }: ApplyPlanPorts,
  { version, region }: { readonly version: number; readonly region: string },
  dueAtMs: number,
  nowMs: number,
): Promise<void> {
  const moment = Math.ceil(dueAtMs / LOOK_AGAIN_MS)
  return queue.add({
    name: 'apply-plan',
    payload: { version, region },
    id: `apply-${version}-${region}-${moment}`,
    delayMs: dueAtMs - nowMs,
  })
}
