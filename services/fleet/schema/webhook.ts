import { type Static, Type } from 'typebox'
import { reach } from './far-side.ts'
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
    consent: Type.Optional(
      strict(
        {
          origin: Type.String({
            pattern: '^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$',
            description: 'A DNS name that says who sends, e.g. `gridtide.example.com`.',
          }),
          ratePerMinute: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 60_000,
              description: 'Events a minute to ask for; the receiver may agree to fewer.',
            }),
          ),
        },
        {
          description:
            'Ask the receiver, by `OPTIONS`, whether it wants events, as CloudEvents webhooks do; without its consent none are sent.',
        },
      ),
    ),
    ...reach,
  },
  { description: 'A subscriber, told by Standard Webhooks.' },
)
export type Webhook = Static<typeof Webhook>
