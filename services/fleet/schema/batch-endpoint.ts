import { type Static, Type } from 'typebox'
import { reach, token } from './far-side.ts'
import { Id, strict, Url } from './parts.ts'

export const BatchEndpoint = strict(
  {
    id: Id,
    model: Id,
    region: Type.Optional(Id),
    url: Url,
    token,
    serves: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 256,
        description: 'What the server calls the model, where that is another name.',
      }),
    ),
    requestsPerGpu: Type.Integer({
      minimum: 1,
      maximum: 10_000,
      default: 8,
      description: 'Requests at once for each GPU that the plan gives.',
    }),
    maxReplicas: Type.Integer({
      minimum: 1,
      maximum: 256,
      default: 4,
      description: 'Most replicas that one batch may be planned on.',
    }),
    timeoutSeconds: Type.Number({
      minimum: 1,
      maximum: 3600,
      default: 600,
      description: 'Of one request.',
    }),
    ...reach,
  },
  { description: "A server that speaks OpenAI's API; batches of requests run there." },
)
export type BatchEndpoint = Static<typeof BatchEndpoint>
