import { type Static, Type } from 'typebox'
import { GpuType, Id, oneOf, strict } from './parts.ts'

const GpuInventory = strict(
  {
    type: GpuType,
    count: Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'GPUs we may use.' }),
    parkedWatts: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 2000,
        description: "Draw of one GPU that nothing uses; the catalogue's idle power unless said.",
      }),
    ),
    embodiedGPerHour: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 10_000,
        description: 'Manufacturing carbon of one GPU-hour. Counts where the policy says so.',
      }),
    ),
    priceUsdPerHour: Type.Number({
      minimum: 0,
      maximum: 1000,
      default: 0,
      description: 'Of one GPU. Counts where the policy weighs money.',
    }),
  },
  { description: 'GPUs of one type in one region.' },
)

export const Region = strict(
  {
    id: Id,
    zone: Type.String({
      pattern: '^[A-Z0-9]{2,}([-_][A-Za-z0-9]+)*$',
      maxLength: 63,
      description: "Grid area, by Electricity Maps' zone keys: `DE`, `US-CAL-CISO`.",
    }),
    pue: Type.Number({
      minimum: 1,
      maximum: 3,
      default: 1.2,
      description: 'Power usage effectiveness: total power / IT power.',
    }),
    hostWattsPerGpu: Type.Number({
      minimum: 0,
      maximum: 2000,
      default: 150,
      description: 'CPU, memory, network and fan share drawn with each GPU in use.',
    }),
    ownership: oneOf(['reserved', 'releasable'], {
      default: 'reserved',
      description:
        '`reserved`: idle GPUs still draw power and count. `releasable`: freed nodes stop counting.',
    }),
    releaseDelayMinutes: Type.Number({
      minimum: 0,
      maximum: 1440,
      default: 10,
      description: 'How long a freed node of releasable ownership still counts.',
    }),
    gpus: Type.Array(GpuInventory, {
      minItems: 1,
      maxItems: 50,
      description: 'Inventory, one entry a type.',
    }),
    latencyMs: Type.Record(Type.String(), Type.Number({ minimum: 0, maximum: 60_000 }), {
      default: {},
      description:
        'Origin -> what the network adds to the time to first token. An origin left out is not served here.',
    }),
  },
  { description: 'A place where GPUs are.' },
)
export type Region = Static<typeof Region>
