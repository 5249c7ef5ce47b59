import { type Static, Type } from 'typebox'
import { reach } from './far-side.ts'
import { oneOf, SecretRef, strict, Url } from './parts.ts'

export const Telemetry = strict(
  {
    prometheus: strict(
      { url: Url, token: Type.Optional(SecretRef) },
      { description: 'Prometheus, or anything that speaks its query API.' },
    ),
    engine: oneOf(['vllm', 'sglang', 'tgi', 'triton', 'dynamo'], {
      description: 'Whose metrics are read.',
    }),
    modelNames: Type.Record(Type.String(), Type.String({ minLength: 1, maxLength: 512 }), {
      default: {},
      description: 'Model id -> its name in the metrics, where that is another.',
    }),
    labels: Type.Record(Type.String(), Type.String({ maxLength: 512 }), {
      default: {},
      description: 'Only series with these labels count.',
    }),
    powerLabels: Type.Record(
      Type.String(),
      Type.Record(Type.String(), Type.String({ maxLength: 512 })),
      {
        default: {},
        description:
          'Model id -> labels of its GPUs in the DCGM exporter; watts of others are not compared.',
      },
    ),
    windowSeconds: Type.Integer({
      minimum: 15,
      maximum: 3600,
      default: 60,
      description: 'Rates and quantiles are over this long.',
    }),
    ...reach,
  },
  { description: 'Where it is seen how the models are doing now.' },
)
export type Telemetry = Static<typeof Telemetry>
