import { type Static, Type } from 'typebox'

const Id = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$',
  description: 'Letters, digits, `.`, `_` and `-`; at most 63.',
})
const AtMs = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 })
const optional = Type.Optional

/** A deferrable job as callers ask for it. Either `gpuHours` or `tokens` of a `model`. */
export const JobRequestSchema = Type.Object(
  {
    id: optional(Id),
    earliestStartMs: optional(AtMs),
    deadlineMs: AtMs,
    lateGPerHour: optional(
      Type.Number({
        minimum: 0,
        maximum: 1e12,
        description: 'Makes the deadline soft: what an hour of lateness is worth, gCO2e.',
      }),
    ),
    gpuHours: optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 1e6, description: 'At the first of `gpus`.' }),
    ),
    gpu: optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'GPU type, e.g. H100.' }),
    ),
    gpus: optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 4096 }), {
        minItems: 1,
        maxItems: 8,
        description: 'Sizes it may run at; the size asked for first, then larger ones.',
      }),
    ),
    speedups: optional(
      Type.Array(Type.Number({ minimum: 1, maximum: 4096 }), {
        minItems: 1,
        maxItems: 8,
        description: 'Throughput at each of `gpus` over that at the first; linear unless said.',
      }),
    ),
    wattsPerGpu: optional(Type.Number({ exclusiveMinimum: 0, maximum: 5000 })),
    tokens: optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 1e15, description: 'Output tokens.' }),
    ),
    model: optional(Id),
    maxReplicas: optional(
      Type.Integer({ minimum: 1, maximum: 256, description: '4 unless said.' }),
    ),
    interruptible: optional(Type.Boolean({ description: 'True unless said.' })),
    startMinutes: optional(
      Type.Number({ minimum: 0, maximum: 1440, description: '10 unless said.' }),
    ),
    checkpointMinutes: optional(Type.Number({ minimum: 0, maximum: 1440 })),
    slowestRatio: optional(
      Type.Number({
        minimum: 0.01,
        maximum: 1,
        description: 'Share of the expected throughput that is all but certain; 0.5 unless said.',
      }),
    ),
    regions: optional(Type.Array(Id, { minItems: 1, maxItems: 64 })),
    priority: optional(Type.Integer({ minimum: -1000, maximum: 1000 })),
    after: optional(
      Type.Array(Id, { maxItems: 64, description: 'Jobs that must have ended before.' }),
    ),
    reported: optional(
      Type.Boolean({
        description:
          'Only what is reported was done; false takes it to run as planned. False unless said.',
      }),
    ),
    budgetUsd: optional(Type.Number({ minimum: 0, maximum: 1e12 })),
  },
  { additionalProperties: false, description: 'A job that may wait.' },
)
export type JobRequest = Static<typeof JobRequestSchema>
