import { Type } from 'typebox'
import { Next } from './parts.ts'
import type { Of } from './ref.ts'

const RegionSchema = Type.Object({
  id: Type.String(),
  zone: Type.String({ description: "Grid area, by Electricity Maps' zone keys." }),
  pue: Type.Number({ description: 'Total power / IT power.' }),
  ownership: Type.String({ description: '`reserved` or `releasable`.' }),
  gpus: Type.Array(
    Type.Object({ type: Type.String(), count: Type.Integer(), priceUsdPerHour: Type.Number() }),
  ),
  carbon: Type.Optional(
    Type.Object(
      {
        carbonGPerKwh: Type.Number({ description: 'gCO2e/kWh in the current window.' }),
        quality: Type.String({ description: 'How far it can be trusted: `live` ... `blind`.' }),
        source: Type.String(),
        issuedAtMs: Type.Integer(),
      },
      { description: 'Absent where nothing is known, never 0.' },
    ),
  ),
})
export type RegionView = Of<typeof RegionSchema>

export const RegionListSchema = Type.Object(
  { items: Type.Array(RegionSchema), next: Next },
  { $id: 'RegionList' },
)
