import { type Static, Type } from 'typebox'
import { Id, oneOf, SecretRef, strict, Url } from './parts.ts'

const kind = <const Name extends string>(name: Name) =>
  Type.Literal(name, { description: `This backend is ${name}.` })

/** `{model}`, `{region}` and `{variant}` in a text of a target stand for the target's own. */
const template = {
  minLength: 1,
  maxLength: 512,
  description: '`{model}`, `{region}`, `{variant}` are filled in.',
}

/** One entry may stand for many scale targets: what it leaves out, it matches all of. */
const scope = {
  model: Type.Optional(Id),
  region: Type.Optional(Id),
  variant: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'A variant id, as plans print it.' }),
  ),
}

const DryRun = strict(
  {
    id: Id,
    kind: kind('dry-run'),
    targets: Type.Array(strict(scope, { description: 'Scale targets.' }), { default: [{}] }),
  },
  { description: 'Writes down what it would do, and does nothing.' },
)

const Kubernetes = strict(
  {
    id: Id,
    kind: kind('kubernetes'),
    kubeconfig: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Path; the default search order (in-cluster last) unless said.',
      }),
    ),
    context: Type.Optional(Type.String({ minLength: 1, description: 'Of the kubeconfig.' })),
    onForeignOwner: oneOf(['fail', 'bounds', 'force'], {
      default: 'fail',
      description: 'When an autoscaler owns the target: refuse, steer its bounds, or overrule it.',
    }),
    targets: Type.Array(
      strict(
        {
          ...scope,
          apiVersion: Type.String({ default: 'apps/v1', description: 'Of the scaled kind.' }),
          resource: Type.String({
            pattern: '^[a-z0-9.-]+$',
            default: 'deployments',
            description: 'Plural name of a kind with a scale subresource.',
          }),
          namespace: Type.String(template),
          name: Type.String(template),
        },
        { description: 'Scale targets.' },
      ),
      { minItems: 1, maxItems: 10_000 },
    ),
  },
  { description: 'The scale subresource of a Kubernetes API server.' },
)

const Http = strict(
  {
    id: Id,
    kind: kind('http'),
    secret: SecretRef,
    allowPrivate: Type.Boolean({
      default: false,
      description: 'Allow addresses of private networks.',
    }),
    targets: Type.Array(
      strict({ ...scope, url: Type.String(template) }, { description: 'Scale targets.' }),
      { minItems: 1, maxItems: 10_000 },
    ),
  },
  { description: 'A signed HTTP endpoint of your own.' },
)

export const Backend = Type.Union([DryRun, Kubernetes, Http])
export type Backend = Static<typeof Backend>

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
          'plan.infeasible',
          'action.failed',
          'slo.guard',
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
