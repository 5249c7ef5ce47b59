import { Type } from 'typebox'
import { JOB_NAMES } from '../../queue/index.ts'
import { Next, strict } from './parts.ts'

const Job = Type.Enum([...JOB_NAMES], { description: 'Kind of job.' })

export const QueueHealthSchema = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        job: Type.String(),
        waiting: Type.Integer(),
        active: Type.Integer(),
        delayed: Type.Integer(),
        blocked: Type.Integer({ description: 'Waiting for other jobs.' }),
        failed: Type.Integer({ description: 'Given up: the dead letters.' }),
      }),
    ),
  },
  { $id: 'QueueHealth' },
)

export const DeadJobsSchema = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        id: Type.String(),
        payload: Type.Unknown(),
        reason: Type.String(),
        attempts: Type.Integer(),
        failedAtMs: Type.Integer(),
      }),
      { description: 'Newest first.' },
    ),
    next: Next,
  },
  { $id: 'DeadJobs' },
)

export const JobParams = strict({ job: Job })
export const ReviveSchema = strict({ id: Type.String({ minLength: 1, maxLength: 256 }) })
