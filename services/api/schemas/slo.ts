import { Type } from 'typebox'
import type { Of } from './ref.ts'

const latencies = {
  ttftP95Ms: Type.Number({ description: 'Time to first token, 95 % quantile.' }),
  tpotP95Ms: Type.Number({ description: 'Time per output token, 95 % quantile.' }),
}

const ModelSlo = Type.Object({
  model: Type.String(),
  state: Type.Enum(['ok', 'burning', 'unknown'], {
    description: '`unknown`: the fleet file names no telemetry, or it does not answer.',
  }),
  promised: Type.Object(latencies),
  measured: Type.Object(
    {
      ...Type.Partial(Type.Object(latencies)).properties,
      outputTokensPerSecond: Type.Optional(Type.Number()),
      atMs: Type.Optional(Type.Integer({ description: 'Of the oldest of these numbers.' })),
    },
    { description: 'By the metrics of the engines; the network is not in it. Absent is unknown.' },
  ),
})
export type ModelSloView = Of<typeof ModelSlo>

export const SloSchema = Type.Object(
  { items: Type.Array(ModelSlo) },
  { $id: 'Slo', description: 'How every model is doing against what it is promised.' },
)
