import type { ScaleServer } from '../../support/scale-server.ts'
import { FLOOR_REPLICAS } from './harmed-fleet.ts'

/**
 * What targets were told, looked through: a write of an older plan than the one before it on the same
 * target, and a count below its floor. `refusedFence` are those that the target itself had to refuse.
 */
export function toldTargets({ writes, refusedFence }: ScaleServer) {
  const versions = new Map<string, number>()
  let backwards = 0
  for (const { target, planVersion } of writes) {
    const version = Number(planVersion)
    if (version < (versions.get(target) ?? 0)) backwards++
    versions.set(target, version)
  }
  return {
    writes: writes.length,
    targets: versions.size,
    backwards,
    refusedFence: refusedFence(),
    belowFloor: writes.filter(({ replicas }) => replicas.min < FLOOR_REPLICAS).length,
  }
}
