import type { Command, SteeredTarget } from './commands.ts'
import type { Observed } from './port.ts'
import { raisedTo, standingReplicas } from './standing.ts'

export interface GuardInput {
  readonly model: string
  /** Output tokens/s asked for right now; absent is unknown. */
  readonly demandTokensPerSecond?: number
  readonly requestsWaiting?: number
  readonly slo: 'ok' | 'burning' | 'unknown'
  /** The plan's own ranking of where one more replica costs least carbon, best first. */
  readonly ranked: readonly SteeredTarget[]
  readonly observed: Readonly<Record<string, Observed>>
  /** GPUs nobody uses, by `quotaKey`. */
  readonly freeGpus: Readonly<Record<string, number>>
  /** Share of capacity that may be used before more is added, e.g. 0.85. */
  readonly fullAt: number
  /** Replicas added per look where promises burn but demand is not known. */
  readonly burst: number
}

/**
 * Between two solves: adds replicas at once where demand has outgrown what the plan provided, from
 * the plan's ranked list. It never removes and never moves; the next solve sorts things out.
 *
 * What starts already counts, so that the same shortage is not answered twice.
 */
export function guardSlo(input: GuardInput): readonly Command[] {
  const { ranked, observed } = input
  const told = new Map(
    ranked.flatMap((target) => {
      const seen = observed[target.ref.id]
      const replicas = seen && standingReplicas(seen)
      return replicas === undefined ? [] : [[target, replicas] as const]
    }),
  )
  const free = { ...input.freeGpus }
  let missing = missingReplicas(input, told)
  const commands: Command[] = []
  for (const [target, replicas] of told) {
    const { ref, gpusPerReplica } = target
    const seen = observed[ref.id]!
    if (seen.paused || seen.health === 'degraded') continue
    const key = `${target.region}/${target.gpu}`
    const room = Math.floor((free[key] ?? 0) / gpusPerReplica)
    const added = Math.min(room, missing(target))
    if (added <= 0) continue
    free[key] = free[key]! - added * gpusPerReplica
    missing = less(missing, target, added)
    commands.push({
      kind: 'scale-up',
      target: ref,
      desired: { replicas: raisedTo(replicas + added, seen) },
      ifVersion: seen.version,
      fromReplicas: replicas,
      toReplicas: replicas + added,
      gpus: added * gpusPerReplica,
      reason: input.slo === 'burning' ? 'promises are missed' : 'demand has outgrown the plan',
    })
  }
  return commands
}

type Missing = (target: SteeredTarget) => number

/** Replicas of a target that would close the gap on their own. */
function missingReplicas(
  { demandTokensPerSecond, requestsWaiting, slo, fullAt, burst }: GuardInput,
  told: ReadonlyMap<SteeredTarget, number>,
): Missing {
  let capacity = 0
  for (const [target, replicas] of told) capacity += replicas * target.capacityTokensPerSecond
  const gap = (demandTokensPerSecond ?? 0) / fullAt - capacity
  if (gap > 0) return ({ capacityTokensPerSecond }) => Math.ceil(gap / capacityTokensPerSecond)
  const queueing = slo === 'burning' && requestsWaiting !== 0
  return () => (queueing ? burst : 0)
}

/** What is missing once `added` of one target are there, counted in capacity. */
function less(missing: Missing, by: SteeredTarget, added: number): Missing {
  const covered = missing(by) - added
  return ({ capacityTokensPerSecond }) =>
    Math.ceil((covered * by.capacityTokensPerSecond) / capacityTokensPerSecond)
}
