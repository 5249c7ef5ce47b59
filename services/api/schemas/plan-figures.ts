import { Type } from 'typebox'
import type { Of } from './ref.ts'

const figures = {
  regions: Type.Array(
    Type.Object({
      id: Type.String(),
      carbonG: Type.Array(Type.Number(), { description: 'Expected, gCO2e a window.' }),
    }),
    { description: 'With PUE, and with idle GPUs that stay powered.' },
  ),
  baselineCarbonG: Type.Array(Type.Number(), {
    description: 'What the static rule of thumb would emit, gCO2e a window.',
  }),
  variants: Type.Array(
    Type.Object({
      model: Type.String(),
      pointId: Type.String(),
      capacityTokensPerSecond: Type.Number({
        description: 'Output tokens/s that one replica sustains inside its promise.',
      }),
      gpusPerReplica: Type.Integer(),
      ttftP95Ms: Type.Number({ description: 'At that capacity, an upper bound.' }),
      tpotP95Ms: Type.Number({ description: 'At that capacity, an upper bound.' }),
    }),
    { description: 'Those that the plan uses, as they were fitted when it was made.' },
  ),
}

export const PlanFiguresSchema = Type.Object(
  { version: Type.Integer(), ...figures },
  { $id: 'PlanFigures', description: 'What follows from a plan, window by window.' },
)
export type PlanFiguresView = Omit<Of<typeof PlanFiguresSchema>, 'version'>
