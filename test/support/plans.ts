import { windowsFrom } from '../../services/domain/window.ts'
import type { Assignment, Plan } from '../../services/planning/index.ts'

export const HOUR_MS = 3_600_000

/** A small plan from `startMs` on: `replicas[w]` of one variant in one region. */
export function planOf(
  startMs: number,
  replicas: readonly number[],
  over: Partial<Plan> = {},
): Plan {
  const assignments = replicas.map(
    (count, window): Assignment => ({
      window,
      region: 'eu-north',
      model: 'llama',
      pointId: 'H100-tp2-pp1-fp8-b64',
      replicas: count,
      starts: 0,
      tokensPerSecond: count * 100,
      batchTokensPerSecond: 0,
    }),
  )
  return {
    windows: windowsFrom(startMs, HOUR_MS, replicas.length),
    assignments,
    flows: [],
    predicted: { energyKwh: 1, carbonG: 400, costUsd: 0, carbonLowG: 300, carbonHighG: 500 },
    baseline: { name: 'static', energyKwh: 2, carbonG: 900, costUsd: 0 },
    bound: { carbonG: 390, kind: 'milp', gapRatio: 0.025 },
    binding: [],
    ...over,
  } as Plan
}
