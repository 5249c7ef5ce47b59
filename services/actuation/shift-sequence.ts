import type { Command } from './commands.ts'
import type { Desired, TargetRef } from './port.ts'
import { type Weights, weightSteps } from './weight-steps.ts'

/** One thing to do, or to wait for. Every value is absolute, so a step can be done again. */
export type ShiftStep =
  | {
      readonly kind: 'tell'
      readonly target: TargetRef
      readonly desired: Desired
      readonly why: Why
      /** Requests one replica carries at once; of scale-ups, for their way back. */
      readonly inFlightPerReplica?: number
    }
  /** Until the target has arrived at what it was told. */
  | { readonly kind: 'ready'; readonly target: TargetRef; readonly desired: Desired }
  /** The promises hold, seen on telemetry newer than the step before. */
  | { readonly kind: 'check-slo'; readonly model: string }
  /** Until no more requests run there than what stays can carry. */
  | { readonly kind: 'drain'; readonly target: TargetRef; readonly mostInFlight: number }

export type Why = 'scale-up' | 'weights' | 'scale-down' | 'cap' | 'roll-back'

/** A move of capacity and traffic of one model, as data: kept, resumed, shown, audited. */
export interface Shift {
  /** Unique; with a step's index it is the idempotency key. */
  readonly id: string
  readonly planVersion: string
  readonly model: string
  readonly reason: string
  readonly steps: readonly ShiftStep[]
}

/** Shares of one route, before and after. */
export interface RouteMove {
  readonly target: TargetRef
  readonly from: Weights
  readonly to: Weights
  /** Percentage points that may change hands per step. */
  readonly mostPoints: number
}

export interface ShiftInput {
  readonly id: string
  readonly planVersion: string
  readonly model: string
  readonly reason: string
  /** Of `commandsFor`, for targets of this model and their power. */
  readonly commands: readonly Command[]
  /** Everything that is to carry the load and is not known to do so yet. */
  readonly awaited?: readonly { readonly target: TargetRef; readonly desired: Desired }[]
  /** Where the model's traffic is split, if it is. */
  readonly routes: readonly RouteMove[]
  /** Telemetry tells whether promises hold; without it nothing is checked on the way. */
  readonly watched: boolean
  /** Requests one replica of a target carries at once. */
  readonly maxInFlight: (target: TargetRef) => number
}

/**
 * Make before break: scale up -> ready -> weights step by step with a look at the promises after
 * each -> drain -> scale down -> caps. Without a route nobody sends traffic away before a replica
 * goes; then its own orchestrator drains it.
 */
export function shiftSequence(input: ShiftInput): Shift {
  const { commands, routes, model, maxInFlight } = input
  const of = (kind: Command['kind']) => commands.filter((command) => command.kind === kind)
  const checked = (step: ShiftStep): readonly ShiftStep[] =>
    input.watched ? [step, { kind: 'check-slo', model }] : [step]
  const ups = of('scale-up')
  const steps: readonly ShiftStep[] = [
    ...ups.map((command) => ({
      ...tellOf(command),
      inFlightPerReplica: maxInFlight(command.target),
    })),
    ...[...ups, ...(input.awaited ?? [])].map(
      ({ target, desired }): ShiftStep => ({ kind: 'ready', target, desired }),
    ),
    ...routes.flatMap(({ target, from, to, mostPoints }) =>
      weightSteps(from, to, mostPoints).flatMap((weightsPercent) =>
        checked({ kind: 'tell', target, desired: { weightsPercent }, why: 'weights' }),
      ),
    ),
    ...of('scale-down').flatMap((command) => {
      const mostInFlight = command.toReplicas! * maxInFlight(command.target)
      const drain: ShiftStep = { kind: 'drain', target: command.target, mostInFlight }
      return [...(routes.length > 0 ? [drain] : []), ...checked(tellOf(command))]
    }),
    ...of('cap').flatMap((command) => checked(tellOf(command))),
  ]
  const { id, planVersion, reason } = input
  return { id, planVersion, model, reason, steps }
}

const tellOf = ({ kind, target, desired }: Command): ShiftStep & { kind: 'tell' } => ({
  kind: 'tell',
  target,
  desired,
  why: kind,
})

/**
 * The way back, as a shift of its own: told steps in reverse, each to its before-image. So capacity
 * that was taken away comes back, and is ready, before traffic returns to it; and what had been
 * added goes last, after its traffic has gone and it has drained.
 *
 * @param before image per step index, of the steps that were begun
 */
export function rollBack(
  shift: Shift,
  before: Readonly<Record<number, Desired>>,
  reason: string,
): Shift {
  const begun = shift.steps
    .map((step, index) => ({ step, image: before[index] }))
    .filter(({ step, image }) => step.kind === 'tell' && image !== undefined)
    .reverse()
  const steps = begun.flatMap(({ step, image }) => (step.kind === 'tell' ? undo(step, image!) : []))
  const { id, planVersion, model } = shift
  return { id: `${id}/back`, planVersion, model, reason, steps }
}

function undo(step: ShiftStep & { kind: 'tell' }, desired: Desired): readonly ShiftStep[] {
  const { target, why } = step
  const tell: ShiftStep = { kind: 'tell', target, desired, why: 'roll-back' }
  if (why === 'scale-down') return [tell, { kind: 'ready', target, desired }]
  if (why === 'scale-up') {
    const mostInFlight = (desired.replicas?.min ?? 0) * (step.inFlightPerReplica ?? 0)
    return [{ kind: 'drain', target, mostInFlight }, tell]
  }
  return [tell]
}
