import {
  type Command,
  commandsFor,
  intendedCommands,
  type SteeredTarget,
  type Verdict,
} from '../actuation/index.ts'
import type { Assignment } from '../planning/index.ts'
import { commandInputOf, type FleetSight } from './look-at-fleet.ts'
import { inForce } from './plan-events.ts'
import type { Motion } from './shift-motion.ts'
import { targetId } from './steered-targets.ts'

/** All that is to become of one model. */
export interface ModelMove {
  readonly model: string
  readonly commands: readonly Command[]
  /** False leaves traffic where it is. */
  readonly redirect: boolean
}

/** What one look at the fleet leads to. */
export interface NextMoves {
  /** Told at once: floors of models on the move, and the safe state of a plan that has expired. */
  readonly atOnce: readonly Command[]
  /** One a model that may be moved: its commands, in order; none where it is as it should be. */
  readonly moves: readonly ModelMove[]
  readonly held: readonly Verdict[]
}

/** The plan has expired: everything that the safe state adds, and nothing else. */
export function safeMoves(sight: FleetSight): NextMoves {
  const { commands, held } = commandsFor(commandInputOf(sight, undefined))
  return { atOnce: commands.filter(grows), moves: [], held }
}

/** What the plan asks for now, as far as the envelope and moves under way let it. */
export function nextMoves(sight: FleetSight, motions: ReadonlyMap<string, Motion>): NextMoves {
  const { plan, fleet, nowMs } = sight
  const planned = inForce(plan, nowMs)
  const wishes = planned.filter(({ model }) => !moves(motions, model))
  const targets = headedForFirst(sight.targets, motions, planned)
  const { commands, held } = intendedCommands(commandInputOf({ ...sight, targets }, wishes))
  const ofModel = modelsOf(sight)
  return {
    atOnce: commands.filter(
      (command) => grows(command) && moves(motions, ofModel.get(command.target.id)),
    ),
    moves: fleet.models
      .filter(({ id }) => !moves(motions, id))
      .map(({ id: model }) => {
        const free = motions.get(model) === 'free'
        const mine = commands.filter(({ target }) => ofModel.get(target.id) === model)
        return { model, redirect: free, commands: free ? mine : mine.filter(grows) }
      }),
    held,
  }
}

const grows = ({ kind }: Command): boolean => kind === 'scale-up'

function moves(motions: ReadonlyMap<string, Motion>, model: string | undefined): boolean {
  const motion = motions.get(model ?? '')
  return motion === 'moving' || motion === 'cooling'
}

/**
 * A floor is raised in the first place that can grow. Of a model on the move that is where it is
 * going: what is added elsewhere would stand beside it until it may be taken away.
 */
function headedForFirst(
  targets: FleetSight['targets'],
  motions: ReadonlyMap<string, Motion>,
  planned: readonly Assignment[],
): FleetSight['targets'] {
  const headed = new Set(
    planned
      .filter(({ model }) => motions.get(model) === 'moving')
      .map(({ pointId, ...place }) => targetId({ ...place, variant: pointId })),
  )
  const isHeaded = ({ ref }: SteeredTarget) => headed.has(ref.id)
  return [...targets.filter(isHeaded), ...targets.filter((target) => !isHeaded(target))]
}

/** Target id -> model, power included. */
const modelsOf = ({ targets }: FleetSight): ReadonlyMap<string, string> =>
  new Map(
    targets.flatMap(({ ref, power = [], model }) =>
      [ref, ...power.map((one) => one.ref)].map(({ id }) => [id, model] as const),
    ),
  )
