import { type Static, Type } from 'typebox'
import { Backend } from './backend.ts'
import { BatchEndpoint } from './batch-endpoint.ts'
import { Grid } from './grid.ts'
import { JobScheduler } from './job-scheduler.ts'
import { Model } from './model.ts'
import { Moves } from './moves.ts'
import { Id, oneOf, strict } from './parts.ts'
import { Policy, SafeState } from './policy.ts'
import { PowerCap } from './power-cap.ts'
import { Region } from './region.ts'
import { Retention } from './retention.ts'
import { Route } from './route.ts'
import { Telemetry } from './telemetry.ts'
import { Webhook } from './webhook.ts'

const Planning = strict(
  {
    windowMinutes: Type.Integer({
      minimum: 5,
      maximum: 60,
      default: 60,
      description: 'Length of one window; a divisor of 60.',
    }),
    horizonHours: Type.Integer({
      minimum: 1,
      maximum: 168,
      default: 24,
      description: 'How far ahead a plan looks.',
    }),
    demandQuantile: Type.Number({
      minimum: 0.5,
      maximum: 1,
      default: 0.95,
      description: 'Quantile of the traffic inside a window that must be served.',
    }),
    demandHeadroom: Type.Number({
      minimum: 0,
      maximum: 10,
      default: 0.1,
      description: 'Added on top of that quantile: 0.1 is a tenth.',
    }),
    deadlineSeconds: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 3600,
        description:
          'A plan is given after so long: the best one so far, with what is proven of it. Absent: when the search is over.',
      }),
    ),
    seed: Type.Integer({
      minimum: 0,
      maximum: 2_147_483_647,
      default: 1,
      description: 'Breaks ties; different fleets should differ.',
    }),
  },
  { default: {}, description: 'The horizon and its windows.' },
)

/**
 * The fleet file. Types, validation, JSON Schema and docs/fleet-file.md all come from here.
 *
 * A field with a default is present in the type, since parsing fills it in, and optional in the
 * file.
 */
export const FleetSchema = strict(
  {
    gridtide: Type.Literal(1, { description: 'Version of this format.' }),
    name: Id,
    signal: oneOf(['average', 'marginal'], {
      default: 'average',
      description: 'Plan on what an average kWh emits, or on what one more emits.',
    }),
    basis: oneOf(['lifecycle', 'direct', 'operational'], {
      default: 'lifecycle',
      description: 'Which emissions count: whole life, at the stack, or as the operator counts.',
    }),
    planning: Planning,
    grid: Grid,
    origins: Type.Array(Id, {
      minItems: 1,
      maxItems: 200,
      description: 'Where traffic comes from.',
    }),
    regions: Type.Array(Region, { minItems: 1, maxItems: 2000, description: 'Where GPUs are.' }),
    models: Type.Array(Model, { minItems: 1, maxItems: 500, description: 'What is served.' }),
    backends: Type.Array(Backend, {
      maxItems: 200,
      default: [{ id: 'dry-run', kind: 'dry-run' }],
      description: 'What is scaled; the first target that fits is used.',
    }),
    routes: Type.Array(Route, {
      maxItems: 200,
      default: [],
      description: 'Where traffic is split; without one it follows what is ready.',
    }),
    powerCaps: Type.Array(PowerCap, {
      maxItems: 200,
      default: [],
      description: 'Who sets the power of GPUs.',
    }),
    batchEndpoints: Type.Array(BatchEndpoint, {
      maxItems: 200,
      default: [],
      description: 'Where batches of requests are run; see docs/batch.md.',
    }),
    jobSchedulers: Type.Array(JobScheduler, {
      maxItems: 200,
      default: [],
      description: 'Where jobs of others wait for their hour; see docs/adapters.md.',
    }),
    moves: Moves,
    webhooks: Type.Array(Webhook, { maxItems: 200, default: [], description: 'Who is told.' }),
    telemetry: Type.Optional(Telemetry),
    policy: Policy,
    safeState: SafeState,
    retention: Retention,
  },
  { description: 'A Gridtide fleet: regions, models and what to do with them.' },
)

/** A fleet with every default filled in. */
export type Fleet = Static<typeof FleetSchema>
