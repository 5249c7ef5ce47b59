import { type Static, type TProperties, Type } from 'typebox'
import { cluster, kind, reach, scope, template } from './far-side.ts'
import { Id, SecretRef, strict } from './parts.ts'

const { model, region } = scope

const targetsOf = <Properties extends TProperties>(properties: Properties) =>
  Type.Array(
    strict(
      {
        model,
        region,
        origin: Type.Optional(Id),
        backend: Type.String({
          ...template,
          description: 'How this route calls what serves a placement; names may be shared.',
        }),
        ...properties,
      },
      { description: 'One split of traffic: of a model, inside a region, of an origin.' },
    ),
    { minItems: 1, maxItems: 10_000 },
  )

const onCluster = <const Name extends string>(name: Name, description: string) =>
  strict(
    {
      id: Id,
      kind: kind(name),
      ...cluster,
      targets: targetsOf({
        namespace: Type.String(template),
        name: Type.String(template),
        rule: Type.Integer({
          minimum: 0,
          maximum: 15,
          default: 0,
          description: 'Which of its rules, from 0.',
        }),
      }),
    },
    { description },
  )

const LiteLlm = strict(
  {
    id: Id,
    kind: kind('litellm'),
    apiKey: SecretRef,
    ...reach,
    targets: targetsOf({
      url: Type.String(template),
      name: Type.String({ ...template, description: 'Public name of the model.' }),
    }),
  },
  { description: 'A LiteLLM proxy with its models in its database; `backend` is a model id.' },
)

export const Route = Type.Union([
  onCluster('gateway-api', 'Weights of Gateway API HTTPRoutes.'),
  onCluster('istio', 'Weights of Istio VirtualServices; `backend` is `host` or `host/subset`.'),
  LiteLlm,
])
export type Route = Static<typeof Route>
