import { type Static, Type } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { InvalidInput } from '../domain/errors.ts'

const Id = Type.String({ minLength: 1, maxLength: 256 })
const AtMs = Type.Integer({ minimum: 0 })
const Version = Type.Integer({ minimum: 1 })
const closed = { additionalProperties: false }
/** From when to when a solve may take; absent: as long as it takes. */
const time = Type.Optional(Type.Object({ fromMs: AtMs, untilMs: AtMs }, closed))

/**
 * Every kind of job and what it carries: ids, never data. A job says "look at this again"; what
 * there is to see is in the database, so that a job run twice, or late, does no harm.
 */
const jobs = {
  /** A cluster-wide clock struck: enqueue the jobs of this instant. */
  tick: Type.Object({ clock: Id }, closed),
  'refresh-grid': Type.Object({ zone: Id, tickMs: AtMs }, closed),
  'refit-models': Type.Object({ model: Id }, closed),
  'solve-plan': Type.Object({ revision: Id }, closed),
  'solve-block': Type.Object({ revision: Id, blockId: Id, time }, closed),
  'merge-plan': Type.Object({ revision: Id }, closed),
  'apply-plan': Type.Object({ version: Version, region: Id }, closed),
  'carry-shift': Type.Object({ shiftId: Id }, closed),
  /** Deliver whatever is due; `cause` says for the log what woke it. */
  'notify-change': Type.Object({ cause: Id }, closed),
  /** Place the jobs that may wait anew. */
  'replan-jobs': Type.Object({ atMs: AtMs }, closed),
  account: Type.Object({ windowStartMs: AtMs }, closed),
  'attribute-levers': Type.Object({ atMs: AtMs }, closed),
}

export type JobName = keyof typeof jobs
export type JobData<Name extends JobName> = Static<(typeof jobs)[Name]>
export const JOB_NAMES = Object.keys(jobs) as readonly JobName[]

const shapes = Object.fromEntries(
  Object.entries(jobs).map(([name, schema]) => [name, Compile(schema)]),
) as unknown as Record<JobName, Validator>

/** The plan that a job is about, where it says so. */
export const planVersionOf = (payload: object): { readonly planVersion?: number } =>
  'version' in payload ? { planVersion: payload.version as number } : {}

/**
 * The payload, checked.
 *
 * @throws InvalidInput naming each wrong field
 */
export function checkPayload<Name extends JobName>(name: Name, payload: unknown): JobData<Name> {
  const shape = shapes[name]
  if (shape.Check(payload)) return payload as JobData<Name>
  const issues = [...shape.Errors(payload)].map(({ instancePath, message }) => ({
    path: instancePath || '/',
    message,
  }))
  throw new InvalidInput(`bad payload for a ${name} job`, issues)
}
