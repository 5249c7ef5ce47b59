import { type Command, type CommandInput, type Commands, commandsFor } from './commands.ts'
import { exactly, type Observed } from './port.ts'
import { standingReplicas } from './standing.ts'

/**
 * The whole move that a plan asks for, as far as the envelope will let it once what grows is ready:
 * what `commandsFor` grants now, and what may shrink after that. Each of its steps is looked at
 * again on fresh state before it is told, so nothing here is a promise.
 *
 * @param input as for `commandsFor`
 */
export function intendedCommands(input: CommandInput): Commands {
  const now = commandsFor(input)
  const later = commandsFor(afterwards(input, now.commands))
  const ups = now.commands.filter(({ kind }) => kind === 'scale-up')
  const rest = later.commands.filter(({ kind }) => kind !== 'scale-up')
  return { commands: [...ups, ...rest.map((command) => asSeen(input, command))], held: later.held }
}

/** The same fleet once everything that was told, or is told now, runs and is ready. */
function afterwards(input: CommandInput, commands: readonly Command[]): CommandInput {
  const grown = new Map(commands.map((command) => [command.target.id, command.toReplicas]))
  const changedGpus = { ...input.limits.changedGpus }
  for (const { kind, target, gpus } of commands) {
    if (kind === 'scale-up') changedGpus[target.region] = (changedGpus[target.region] ?? 0) + gpus
  }
  const observed = Object.entries(input.observed).map(([id, seen]) => {
    const now = standingReplicas(seen)
    return [id, now === undefined ? seen : readyAt(seen, now, grown.get(id) ?? 0)]
  })
  return {
    ...input,
    observed: Object.fromEntries(observed),
    limits: { ...input.limits, changedGpus },
  }
}

/**
 * Something unhealthy or rolling out is not taken to become ready. Where a band is raised, what lies
 * above it is left for another look: to take that away at once would not be make before break.
 */
function readyAt(seen: Observed, now: number, told: number): Observed {
  if (seen.health === 'degraded' || seen.rollingOut) return seen
  const ready = Math.max(now, told)
  const replicas = told > now ? exactly(told) : seen.desired.replicas!
  return {
    ...seen,
    desired: { ...seen.desired, replicas },
    readyReplicas: ready,
    settled: true,
  }
}

/** Counted from what runs now, not from what will. */
function asSeen({ observed }: CommandInput, command: Command): Command {
  const seen = observed[command.target.id]
  const fromReplicas = seen && standingReplicas(seen)
  return { ...command, ...(fromReplicas !== undefined && { fromReplicas }) }
}
