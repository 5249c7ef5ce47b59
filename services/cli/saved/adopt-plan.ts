import { setTimeout as pause } from 'node:timers/promises'
import { Conflict } from '../../domain/errors.ts'
import { type ApplyResult, applyPlan } from '../../pipeline/apply-plan.ts'
import { type CarryResult, carryShift } from '../../pipeline/carry-shift.ts'
import { planEvents } from '../../pipeline/plan-events.ts'
import type { StoredPlan } from '../../plans/index.ts'
import type { AnyJobRequest } from '../../queue/index.ts'
import { actingSteps } from '../../wiring/acting-steps.ts'
import type { Service } from '../../wiring/service.ts'
import type { SavedPlan } from './plan-file.ts'

export interface Adopted {
  readonly version: number
  /** How each move of a model ended. */
  readonly moves: Readonly<Partial<Record<CarryResult, number>>>
  /** Targets that the envelope holds where they are, for now. */
  readonly held: number
}

/**
 * Puts a saved plan in force as a new version and carries it out here, step by step, as a worker
 * would: capacity is made before any is broken, inside the envelope.
 *
 * @throws Conflict where another plan was saved meanwhile
 */
export async function adoptPlan(
  service: Service,
  saved: SavedPlan,
  by: string,
  timeoutMs: number,
): Promise<Adopted> {
  const stored = await putInForce(service, saved, by)
  const jobs: AnyJobRequest[] = []
  const queue = { add: async (job: AnyJobRequest) => void jobs.push(job) }
  const acting = actingSteps(service)
  const apply = { ...acting.applyPlan, queue }
  const carry = { ...acting.carryShift, queue }
  const { version } = stored
  const held = new Map<string, number>()
  for (const { id: region } of service.fleet.regions) {
    held.set(region, heldOf(await applyPlan(apply, { version, region })))
  }
  const moves: Partial<Record<CarryResult, number>> = {}
  const endMs = service.nowMs() + timeoutMs
  for (let job = nextMove(jobs); job && service.nowMs() < endMs; job = nextMove(jobs)) {
    if (job.delayMs) await pause(job.delayMs)
    const result = await carryShift(carry, job.payload)
    if (result !== 'waiting' && result !== 'held') moves[result] = (moves[result] ?? 0) + 1
  }
  await service.relay()
  return { version, moves, held: [...held.values()].reduce((sum, count) => sum + count, 0) }
}

const heldOf = (result: ApplyResult): number => (result.status === 'applied' ? result.held : 0)

/** The next job of the moves; later looks of the regions are left to a worker. */
function nextMove(jobs: AnyJobRequest[]) {
  for (let job = jobs.shift(); job; job = jobs.shift()) if (job.name === 'carry-shift') return job
  return undefined
}

async function putInForce(service: Service, saved: SavedPlan, by: string): Promise<StoredPlan> {
  const { stores, fleet, fleetHash, nowMs } = service
  const [before, newest] = [await stores.plans.current(), await stores.plans.newest()]
  const atMs = nowMs()
  const outcome = { status: 'planned', plan: saved.plan } as const
  const endMs = saved.plan.windows.at(-1)!.endMs
  const approved = { decision: 'approved', by, words: 'gridtide apply', atMs } as const
  const result = await stores.plans.save(
    {
      fleetHash,
      problemDigest: saved.problemDigest,
      createdAtMs: atMs,
      validUntilMs: Math.min(endMs, atMs + fleet.safeState.afterMinutes * 60_000),
      outcome,
      inputs: { zones: saved.zones },
      needsApproval: fleet.policy.approval === 'required',
    },
    {
      ifVersion: newest?.version ?? 0,
      events: (version) => planEvents(before, outcome, { version, nowMs: atMs }),
      ...(fleet.policy.approval === 'required' && { decided: approved }),
    },
  )
  if (result.status === 'stale') throw new Conflict('a new plan came in meanwhile; look again')
  return result.plan
}
