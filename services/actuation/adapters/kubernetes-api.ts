import { type Static, type TSchema, Type } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import {
  Conflict,
  Forbidden,
  InvalidInput,
  NotFound,
  UpstreamMalformed,
  UpstreamRefused,
} from '../../domain/errors.ts'
import type { HttpClient, HttpRequest } from '../../platform/http.ts'
import type { KubernetesApi, KubernetesObject } from '../kubernetes.ts'

/** One way in: where, as whom, and over which client (it holds certificates). */
export interface KubernetesConnection {
  readonly server: string
  readonly headers: Readonly<Record<string, string>>
  readonly http: HttpClient
}

const ObjectShape = Type.Object({
  metadata: Type.Object({
    name: Type.String(),
    resourceVersion: Type.String(),
    generation: Type.Optional(Type.Integer()),
    annotations: Type.Optional(Type.Record(Type.String(), Type.String())),
  }),
})
const objectShape = Compile(ObjectShape)
const listShape = Compile(Type.Object({ items: Type.Array(ObjectShape) }))
const reviewShape = Compile(Type.Object({ status: Type.Object({ allowed: Type.Boolean() }) }))
const statusShape = Compile(
  Type.Object({
    message: Type.Optional(Type.String()),
    details: Type.Optional(
      Type.Object({
        causes: Type.Optional(
          Type.Array(
            Type.Object({
              reason: Type.Optional(Type.String()),
              message: Type.Optional(Type.String()),
              field: Type.Optional(Type.String()),
            }),
          ),
        ),
      }),
    ),
  }),
)
const HANDLED = [400, 401, 403, 404, 409, 415, 422]
const FIELD_MANAGER = 'gridtide'
const UPSTREAM = 'kubernetes'

/**
 * Speaks to one API server in our errors.
 *
 * @param connect asked before every request, since service-account tokens and exec credentials
 *   change while we run
 */
export function kubernetesApi(connect: () => Promise<KubernetesConnection>): KubernetesApi {
  async function send<Schema extends TSchema>(
    shape: Validator<Record<never, never>, Schema>,
    path: string,
    request: Omit<HttpRequest, 'url'>,
  ): Promise<Static<Schema>> {
    const { server, headers, http } = await connect()
    const answer = await http.send(UPSTREAM, {
      ...request,
      url: `${server}${path}`,
      headers: { accept: 'application/json', ...headers, ...request.headers },
      allowStatus: HANDLED,
    })
    if (answer.status >= 300) throw errorOf(path, answer.status, answer.body, request)
    if (shape.Check(answer.body)) return answer.body
    throw new UpstreamMalformed(`unexpected answer at ${path}`, {
      upstream: UPSTREAM,
      httpStatus: answer.status,
    })
  }

  const patch =
    (contentType: string): KubernetesApi['mergePatch'] =>
    (path, body, { dryRun, fieldManager = FIELD_MANAGER, abort } = {}) =>
      send(objectShape, path, {
        method: 'PATCH',
        query: { fieldManager, ...(dryRun && { dryRun: 'All' }) },
        // Named explicitly: the clients' default for patches is JSON patch, answered by a 400.
        headers: { 'content-type': contentType },
        body: JSON.stringify(body),
        abort,
      }) as Promise<KubernetesObject>

  return {
    get: (path, abort) => send(objectShape, path, { abort }) as Promise<KubernetesObject>,
    list: async (path, abort) =>
      (await send(listShape, path, { abort })).items as readonly KubernetesObject[],
    mergePatch: patch('application/merge-patch+json'),
    jsonPatch: patch('application/json-patch+json'),
    async mayI(access, abort) {
      const review = await send(
        reviewShape,
        '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            apiVersion: 'authorization.k8s.io/v1',
            kind: 'SelfSubjectAccessReview',
            spec: { resourceAttributes: access },
          }),
          abort,
        },
      )
      return review.status.allowed
    },
  }
}

function errorOf(path: string, status: number, body: unknown, request: Omit<HttpRequest, 'url'>) {
  const said = statusShape.Check(body) ? body : {}
  const causes = said.details?.causes ?? []
  const words = [said.message ?? `answered ${status}`, ...causes.map(({ message }) => message)]
  const message = `${path}: ${words.filter(Boolean).join('; ')}`
  if (status === 404) return new NotFound(message)
  if (status === 401 || status === 403) return new Forbidden(message)
  if (status === 409) return new Conflict(message)
  if (status !== 422) {
    return new UpstreamRefused(message, { upstream: UPSTREAM, httpStatus: status })
  }
  // A failed `test` of a JSON patch answers 422 like a bad value does, but never names a field.
  const tested = String(request.headers?.['content-type']).includes('json-patch')
  if (tested && causes.every(({ field }) => field === undefined)) return new Conflict(message)
  return new InvalidInput(
    message,
    causes.map(({ field = '', message: why = 'is invalid' }) => ({
      path: `/${field.replaceAll('.', '/')}`,
      message: why,
    })),
  )
}
