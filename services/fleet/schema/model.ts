import { type Static, Type } from 'typebox'
import { PRECISIONS } from '../../domain/variant.ts'
import { Demand } from './demand.ts'
import { FilePath, GpuType, Id, oneOf, strict } from './parts.ts'

const Precision = oneOf(PRECISIONS, {
  description: 'Number format the weights are served in.',
})

const parallel = { minimum: 1, maximum: 64 }
const maxBatch = { minimum: 1, maximum: 16_384 }

const ListedVariant = strict(
  {
    gpu: GpuType,
    tensorParallel: Type.Integer({ ...parallel, default: 1 }),
    pipelineParallel: Type.Integer({ ...parallel, default: 1 }),
    dataParallel: Type.Integer({ ...parallel, default: 1 }),
    expertParallel: Type.Boolean({ default: false }),
    precision: Type.Optional(Precision),
    maxBatch: Type.Integer({ ...maxBatch, description: 'Most sequences running at once.' }),
    powerCapWatts: Type.Optional(
      Type.Number({
        minimum: 1,
        maximum: 10_000,
        description:
          'Power cap of each of its GPUs; needs own runs under this cap, and an entry of `powerCaps` that sets it.',
      }),
    ),
  },
  { description: 'One way to lay the model out on GPUs.' },
)

const VariantRange = strict(
  {
    gpus: Type.Optional(
      Type.Array(GpuType, { minItems: 1, maxItems: 50, description: 'Only these GPU types.' }),
    ),
    maxGpusPerReplica: Type.Integer({
      minimum: 1,
      maximum: 512,
      default: 8,
      description: 'Largest replica, over all its nodes.',
    }),
    tensorParallel: Type.Optional(
      Type.Array(Type.Integer(parallel), { minItems: 1, description: 'Only these degrees.' }),
    ),
    pipelineParallel: Type.Optional(
      Type.Array(Type.Integer(parallel), { minItems: 1, description: 'Only these degrees.' }),
    ),
  },
  { description: 'Bounds inside which variants are enumerated.' },
)

const Slo = strict(
  {
    ttftP95Ms: Type.Number({
      exclusiveMinimum: 0,
      maximum: 600_000,
      description: 'Time to first token, network included.',
    }),
    tpotP95Ms: Type.Number({
      exclusiveMinimum: 0,
      maximum: 60_000,
      description: 'Time per output token after the first.',
    }),
    waitPercentile: Type.Optional(
      Type.Number({
        minimum: 0.5,
        maximum: 0.999,
        description:
          'Size replicas by the tail of the queue: this share of requests finds a slot in time to keep TTFT, at the slowest step that is likely (99 %). Without it, capacity is the throughput of a full batch.',
      }),
    ),
  },
  { description: 'What 95 of 100 requests are promised.' },
)

const Workload = strict(
  {
    inputTokens: Type.Number({ exclusiveMinimum: 0, maximum: 10_000_000 }),
    outputTokens: Type.Number({ exclusiveMinimum: 0, maximum: 10_000_000 }),
  },
  { description: 'Mean lengths of one request.' },
)

const replicas = { minimum: 0, maximum: 100_000 }

export const Model = strict(
  {
    id: Id,
    catalogue: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'Name in the model catalogue.' }),
    ),
    architecture: Type.Optional(FilePath),
    runs: Type.Array(FilePath, {
      maxItems: 1000,
      default: [],
      description: 'Files of measured runs; they sharpen what the catalogue says.',
    }),
    precision: Type.Optional(Precision),
    workload: Workload,
    demand: Type.Array(Demand, {
      minItems: 1,
      maxItems: 100,
      description: 'Traffic, one entry an origin.',
    }),
    slo: Slo,
    minReplicas: Type.Integer({
      ...replicas,
      default: 1,
      description: 'Over all regions together, at any time.',
    }),
    spareReplicas: Type.Integer({
      ...replicas,
      default: 0,
      description: 'Replicas that may be lost while demand is still served (N+k).',
    }),
    residency: Type.Optional(
      strict(
        { regions: Type.Array(Id, { minItems: 1, description: 'Regions that may serve it.' }) },
        { description: 'Where the data may go.' },
      ),
    ),
    variants: Type.Union(
      [
        Type.Literal('auto', { description: 'All that the catalogue and the inventory allow.' }),
        Type.Array(ListedVariant, { minItems: 1, maxItems: 500 }),
        VariantRange,
      ],
      { default: 'auto', description: 'Ways to lay the model out: `auto`, a list, or bounds.' },
    ),
  },
  { description: 'A large language model to serve.' },
)
export type Model = Static<typeof Model>
