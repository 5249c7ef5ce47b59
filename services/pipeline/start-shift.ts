import {
  type Command,
  type InferenceBackend,
  type Observed,
  type RouteMove,
  type Shift,
  type ShiftRecord,
  type ShiftStore,
  shiftSequence,
  startOf,
  type TargetRef,
} from '../actuation/index.ts'
import type { JobQueue } from '../queue/index.ts'
import type { FleetSight } from './look-at-fleet.ts'
import { inForce } from './plan-events.ts'
import { routeMoves } from './route-shares.ts'
import { shiftIdOf } from './shift-motion.ts'

export interface StartShiftPorts {
  readonly shifts: ShiftStore
  readonly queue: Pick<JobQueue, 'add'>
  backend(id: string): InferenceBackend
}

/** What one model is to be moved by. */
interface Move {
  readonly model: string
  readonly version: number
  /** Of `intendedCommands`, for this model alone. */
  readonly commands: readonly Command[]
  /** False leaves traffic where it is. */
  readonly redirect: boolean
}

/**
 * Writes one model's move down as a shift and asks a worker to carry it out.
 *
 * @returns false where there is nothing to move, or another process has begun already
 */
export async function startShift(
  ports: StartShiftPorts,
  sight: FleetSight,
  move: Move,
  abort?: AbortSignal,
): Promise<boolean> {
  const { model, commands } = move
  const redirected = move.redirect && covers(sight, move)
  const routes = redirected ? await routeMoves(ports.backend, sight, model, abort) : []
  if (commands.length + routes.length === 0) return false
  const id = nextId(move, (await ports.shifts.latest([model])).get(model))
  const shift = shiftOf(sight, move, routes, id)
  if (!(await ports.shifts.save(id, startOf(shift, sight.nowMs)))) return false
  await ports.queue.add({ name: 'carry-shift', payload: { shiftId: id }, id: `shift-${id}` })
  return true
}

/** The same for every process that saw the same last shift, so that only one of them begins. */
function nextId({ model, version }: Move, last: ShiftRecord | undefined): string {
  const head = `${model}-${version}-`
  const before = last && shiftIdOf(last)
  const number = before?.startsWith(head) ? Number(before.slice(head.length)) : 0
  return `${head}${number + 1}`
}

function shiftOf(sight: FleetSight, move: Move, routes: readonly RouteMove[], id: string): Shift {
  const { model, version, commands } = move
  const { targets, fleet } = sight
  const limit = new Map(targets.map(({ ref, maxInFlight }) => [ref.id, maxInFlight]))
  return shiftSequence({
    id,
    planVersion: String(version),
    model,
    reason: [...new Set(commands.map(({ reason }) => reason))].join('; ') || 'the plan',
    commands,
    awaited: awaitedOf(sight, move),
    routes,
    watched: fleet.telemetry !== undefined,
    maxInFlight: ({ id: target }) => limit.get(target) ?? 0,
  })
}

/** Everywhere the plan puts replicas of the model, that many are or will be. */
function covers(
  { plan, targets, observed, nowMs }: FleetSight,
  { model, commands }: Move,
): boolean {
  return inForce(plan, nowMs)
    .filter((one) => one.model === model)
    .every(({ region, pointId, replicas }) => {
      const target = targets.find(
        (one) => one.model === model && one.region === region && one.pointId === pointId,
      )
      if (!target) return false
      const command = commands.find((one) => one.target.id === target.ref.id)
      const count = command?.toReplicas ?? observed[target.ref.id]?.desired.replicas?.min
      return count !== undefined && count >= replicas
    })
}

/** Replicas that stand in the plan, were told before, and are still starting. */
function awaitedOf(
  { targets, observed }: FleetSight,
  { model, commands }: Move,
): readonly { target: TargetRef; desired: Observed['desired'] }[] {
  return targets
    .filter(({ model: of }) => of === model)
    .filter(({ ref }) => commands.every(({ target }) => target.id !== ref.id))
    .flatMap(({ ref }) => {
      const { desired, readyReplicas } = observed[ref.id] ?? {}
      const { replicas } = desired ?? {}
      if (!replicas || readyReplicas === undefined || readyReplicas >= replicas.min) return []
      return [{ target: ref, desired: { replicas } }]
    })
}
