import { type Static, Type } from 'typebox'
import { Id, oneOf, SecretRef, strict, Url } from './parts.ts'

export const Webhook = strict(
  {
    id: Id,
    url: Url,
    secret: SecretRef,
    previousSecret: Type.Optional(SecretRef),
    events: Type.Array(
      oneOf(
        [
          'plan.changed',
          'plan.proposed',
          'plan.infeasible',
          'action.failed',
          'slo.guard',
          'shift.ended',
          'target.drifted',
          'model.drift',
          'grid.degraded',
          'batch.scheduled',
          'batch.started',
          'batch.missed',
          'budget.threshold',
          'endpoint.disabled',
        ],
        { description: 'An event type.' },
      ),
      { minItems: 1, default: ['plan.changed'], description: 'What to send.' },
    ),
    format: oneOf(['plain', 'cloudevents'], {
      default: 'plain',
      description: 'The bare event, or one in a CloudEvents envelope.',
    }),
    allowPrivate: Type.Boolean({
      default: false,
      description: 'Allow addresses of private networks.',
    }),
  },
  { description: 'A subscriber, told by Standard Webhooks.' },
)
export type Webhook = Static<typeof Webhook>
