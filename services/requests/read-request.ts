import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { BatchIssue, EndpointPath } from './port.ts'

const shape = Compile(
  Type.Object({
    custom_id: Type.String({ minLength: 1, maxLength: 512 }),
    method: Type.Literal('POST'),
    url: Type.String(),
    body: Type.Object({
      model: Type.String({ minLength: 1, maxLength: 256 }),
      stream: Type.Optional(Type.Literal(false)),
      max_tokens: Type.Optional(Type.Number({ minimum: 1 })),
      max_completion_tokens: Type.Optional(Type.Number({ minimum: 1 })),
      max_output_tokens: Type.Optional(Type.Number({ minimum: 1 })),
      n: Type.Optional(Type.Integer({ minimum: 1, maximum: 128 })),
    }),
  }),
)

/** What the requests of one batch have in common. */
export interface RequestExpectation {
  readonly endpoint: EndpointPath
  /** Output tokens of a request that sets itself no limit, by model; undefined for models nobody serves. */
  readonly usualTokens: (model: string) => number | undefined
}

export interface ReadRequest {
  readonly customId: string
  readonly model: string
  /** Output tokens it may make; of an embedding, about as many as it reads. */
  readonly tokens: number
}

const BYTES_PER_TOKEN = 4

/**
 * One line of a file as a request, or what is wrong with it.
 *
 * @param model that the requests before it name
 */
export function readRequest(
  text: string,
  { endpoint, usualTokens }: RequestExpectation,
  model?: string,
): ReadRequest | BatchIssue {
  const value = parsed(text)
  if (value === undefined) return { code: 'invalid_json_line', message: 'This line is no JSON.' }
  if (!shape.Check(value)) {
    const [first] = shape.Errors(value)
    const param = first!.instancePath.slice(1).replaceAll('/', '.')
    return {
      code: 'invalid_request',
      message: `${param || 'The line'} ${first!.message}.`,
      ...(param && { param }),
    }
  }
  const { custom_id: customId, url, body } = value
  if (url !== endpoint) {
    return {
      code: 'invalid_url',
      message: `The url has to be ${endpoint}, as the batch says.`,
      param: 'url',
    }
  }
  if (model !== undefined && body.model !== model) {
    const message = 'All requests of a batch have to name the same model.'
    return { code: 'mismatched_model', message, param: 'body.model' }
  }
  const usual = usualTokens(body.model)
  if (usual === undefined) {
    const message = `No endpoint of this service serves the model ${JSON.stringify(body.model)}.`
    return { code: 'model_not_found', message, param: 'body.model' }
  }
  const most = body.max_completion_tokens ?? body.max_tokens ?? body.max_output_tokens ?? usual
  const tokens =
    endpoint === '/v1/embeddings' ? text.length / BYTES_PER_TOKEN : most * (body.n ?? 1)
  return { customId, model: body.model, tokens }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
