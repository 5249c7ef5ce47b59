import { Type } from 'typebox'
import { strict } from './parts.ts'
import { ref } from './ref.ts'

const AtMs = Type.Integer({ description: 'Milliseconds since 1970.' })
const optional = Type.Optional
const Usage = Type.Object({
  energyKwh: Type.Number(),
  carbonG: Type.Number(),
  costUsd: Type.Number(),
})

const Piece = Type.Object({
  startMs: AtMs,
  endMs: AtMs,
  gpus: Type.Integer({ description: 'Of its own.' }),
  warmTokensPerSecond: optional(
    Type.Number({ description: 'On replicas that stand for interactive traffic, on top.' }),
  ),
})
const Planned = Type.Object(
  {
    region: Type.String({ description: '`region/gpu`.' }),
    pieces: Type.Array(Piece),
    safe: Type.Boolean({
      description: 'Kept even if every hour brings no more than the slowest throughput.',
    }),
    ...Usage.properties,
  },
  { description: 'When and where it is to run, and what that is expected to use.' },
)

export const BatchAnswerSchema = Type.Object(
  {
    id: optional(Type.String()),
    status: Type.Enum(['feasible', 'infeasible', 'known', 'refused']),
    planned: optional(Planned),
    limit: optional(Type.Enum(['deadline', 'capacity', 'budget'])),
    words: optional(Type.String()),
    earliestDeadlineMs: optional(AtMs),
    issues: optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
  },
  { $id: 'BatchAnswer', description: 'The answer to one job that was handed in.' },
)

export const BatchJobSchema = Type.Object(
  {
    id: Type.String(),
    state: Type.Enum(['waiting', 'running', 'missed', 'done', 'cancelled']),
    submittedAtMs: AtMs,
    earliestStartMs: AtMs,
    deadlineMs: AtMs,
    work: Type.Number({ description: 'Tokens, or hours at the size asked for.' }),
    workLeft: Type.Number(),
    gpusNow: Type.Integer({ description: 'GPUs of its own it is to run on at this moment.' }),
    warmTokensPerSecondNow: optional(
      Type.Number({
        description: 'What interactive replicas may do of it at this moment, on top.',
      }),
    ),
    ran: Type.Array(Piece, { description: 'What it ran so far, up to the last plan.' }),
    planned: optional(Planned),
    report: optional(
      Type.Object({
        used: Usage,
        runNow: Usage,
        perfect: Usage,
        savedRatio: Type.Number(),
        capturedRatio: optional(Type.Number()),
      }),
    ),
  },
  { $id: 'BatchJob' },
)

export const BatchJobPageSchema = Type.Object(
  { items: Type.Array(ref(BatchJobSchema)), next: optional(Type.String()) },
  { $id: 'BatchJobPage' },
)

export const BatchProgressSchema = strict(
  { workLeft: Type.Number({ minimum: 0, description: '0 ends the job.' }) },
  { description: 'How far a job really is, from whoever runs it.' },
)

export const BatchDeadlineSchema = strict(
  { deadlineMs: Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 }) },
  { description: 'Another deadline.' },
)
