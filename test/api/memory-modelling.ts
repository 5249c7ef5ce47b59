import type { TenantPorts } from '../../services/api/ports.ts'
import type { ModelFitView } from '../../services/api/schemas/fit.ts'

/** How models are fitted, what follows from plans and what would be planned if; made up. */
export function memoryModelling(
  models: ReadonlyMap<string, unknown>,
): Pick<TenantPorts, 'figures' | 'fitOf' | 'simulate'> {
  return {
    figures: async (_version, { windows, assignments }) => ({
      regions: [{ id: 'eu-north', carbonG: windows.map((_, index) => 1000 + 100 * index) }],
      baselineCarbonG: windows.map(() => 3000),
      variants: [...new Map(assignments.map((one) => [one.pointId, one])).values()].map(
        ({ model, pointId }) => ({
          model,
          pointId,
          capacityTokensPerSecond: 400,
          gpusPerReplica: 2,
          ttftP95Ms: 800,
          tpotP95Ms: 30,
        }),
      ),
    }),
    fitOf: async (id) => (models.has(id) ? { model: id, gpus: [aFit()] } : undefined),
    simulate: async ({ demandScale = 1 }) => ({
      outcome:
        demandScale > 10
          ? { status: 'infeasible', limit: 'gpus', words: 'too much', relaxation: 'more H100' }
          : {
              status: 'planned',
              predicted: {
                energyKwh: 1,
                carbonG: 2,
                costUsd: 3,
                carbonLowG: 1,
                carbonHighG: 3,
              },
              baseline: { name: 'static', energyKwh: 2, carbonG: 4, costUsd: 6 },
              bound: { carbonG: 2, kind: 'milp', gapRatio: 0 },
            },
    }),
  }
}

/** A fit of two runs, the second without power, that wants one more. */
function aFit(): ModelFitView['gpus'][number] {
  const setting = {
    tensorParallel: 2,
    pipelineParallel: 1,
    dataParallel: 1,
    precision: 'bf16',
    batch: 64,
    inputTokens: 500,
    outputTokens: 200,
  }
  const judged = (measured: number, predicted: number) => ({
    measured,
    predicted,
    low: predicted * 0.9,
    high: predicted * 1.1,
    z: Math.log(measured / predicted) / 0.08,
  })
  return {
    gpu: 'H100',
    standsOn: 'own runs',
    caveats: [],
    runs: [
      {
        setting,
        tokensPerSecond: judged(2000, 1900),
        watts: judged(1100, 1150),
        joulesPerToken: judged(0.55, 0.6),
      },
      { setting: { ...setting, batch: 128 }, tokensPerSecond: judged(3000, 3300) },
    ],
    next: { worstLogSd: 0.12, runs: [{ ...setting, tensorParallel: 4, batch: 256 }] },
  }
}
