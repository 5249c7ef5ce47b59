import type { JsonPatchStep, KubernetesObject } from '../../services/actuation/index.ts'
import { mergePatched } from '../../services/actuation/merge-patch.ts'
import { type Answered, type Asked, loopback } from './loopback.ts'

type Json = Record<string, unknown>
export type Stored = Omit<KubernetesObject, 'metadata'> & {
  metadata: KubernetesObject['metadata']
  spec: Json
  status?: Json
}

export interface FakeKubernetesOptions {
  /** Throws on an object that its published schema refuses. */
  readonly validate?: (path: string, object: Stored) => void
  /** Rights that are missing, as `verb resource`. */
  readonly denied?: readonly string[]
  /** Lists that the cluster knows, though it has none of them. */
  readonly known?: readonly string[]
  /** Stands between a request and its answer: may be late, lose it, or change it. */
  readonly between?: (asked: Asked, answer: () => Answered) => Answered | Promise<Answered>
}

const MERGE = 'application/merge-patch+json'
const JSON_PATCH = 'application/json-patch+json'
const REVIEW = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'

/**
 * The corner of a Kubernetes API server that actuation asks, as strict as the real one: content
 * types, resource versions, dry runs, the scale subresource, field errors.
 */
export async function fakeKubernetes(options: FakeKubernetesOptions = {}) {
  const objects = new Map<string, Stored>()
  let revision = 100

  const put = (path: string, object: Json): Stored => {
    const old = objects.get(path)
    const stored = object as Stored
    const changedSpec = JSON.stringify(old?.spec) !== JSON.stringify(stored.spec)
    const metadata = {
      ...stored.metadata,
      name: path.split('/').at(-1)!,
      resourceVersion: String(++revision),
      generation: (old?.metadata.generation ?? 0) + (changedSpec ? 1 : 0),
    }
    const next = { ...stored, metadata }
    objects.set(path, next)
    return next
  }

  /** The status subresource takes nothing of the spec. */
  function patch(path: string, asked: Asked, part?: 'status'): Answered {
    const old = objects.get(path)
    if (!old) return failure(404, 'NotFound', `${path} not found`)
    const next = patched(old, asked)
    if ('json' in next) return next as Answered
    return judged(
      path,
      old,
      part ? { ...(next as Stored), spec: old.spec } : (next as Stored),
      asked,
    )
  }

  function patched(old: Stored, { headers, text }: Asked): Stored | Answered {
    const type = headers['content-type']
    const body: unknown = JSON.parse(text)
    if (type === MERGE) return mergePatched(old, body) as Stored
    if (type !== JSON_PATCH) {
      return failure(415, 'UnsupportedMediaType', `${type} is not supported`)
    }
    if (!Array.isArray(body)) {
      return failure(400, 'BadRequest', 'cannot unmarshal object into Go value of type patch')
    }
    const next = jsonPatched(old, body as JsonPatchStep[])
    return next ?? failure(422, 'Invalid', 'the server rejected our request')
  }

  function judged(path: string, old: Stored, next: Stored, asked: Asked): Answered {
    if (next.metadata.resourceVersion !== old.metadata.resourceVersion) {
      return failure(409, 'Conflict', 'the object has been modified')
    }
    if (Number(next.spec.replicas) < 0) {
      const causes = [{ field: 'spec.replicas', message: 'negative' }]
      return failure(422, 'Invalid', 'is invalid', causes)
    }
    options.validate?.(path, next)
    const unchanged = JSON.stringify(next) === JSON.stringify(old)
    if (asked.query.get('dryRun') === 'All' || unchanged) return { status: 200, json: next }
    return { status: 200, json: put(path, next) }
  }

  function scale(path: string, asked: Asked): Answered {
    const object = objects.get(path)
    if (!object || typeof object.spec.replicas !== 'number') {
      return failure(404, 'NotFound', 'not found')
    }
    const answer = asked.method === 'GET' ? { status: 200, json: object } : patch(path, asked)
    if (answer.status !== 200) return answer
    const { metadata, spec, status } = answer.json as Stored
    const { name, resourceVersion } = metadata
    return {
      status: 200,
      json: {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name, resourceVersion },
        spec: { replicas: spec.replicas },
        status: { replicas: status?.replicas ?? 0 },
      },
    }
  }

  function review({ text }: Asked): Answered {
    const { verb, resource, subresource } = JSON.parse(text).spec.resourceAttributes
    const right = `${verb} ${[resource, subresource].filter(Boolean).join('/')}`
    return { status: 201, json: { status: { allowed: !options.denied?.includes(right) } } }
  }

  function read(path: string): Answered {
    const object = objects.get(path)
    if (object) return { status: 200, json: object }
    const items = [...objects].filter(([at]) => at.slice(0, at.lastIndexOf('/')) === path)
    // Kinds the cluster knows but has none of answer an empty list; the rest are not found.
    const autoscaling = path.startsWith('/apis/autoscaling/') && path.endsWith('s')
    const known = autoscaling || options.known?.includes(path)
    return items.length > 0 || known
      ? { status: 200, json: { items: items.map(([, item]) => item) } }
      : failure(404, 'NotFound', `${path} not found`)
  }

  function answer(asked: Asked): Answered {
    const { method, path } = asked
    if (method === 'POST' && path === REVIEW) return review(asked)
    if (method !== 'GET' && method !== 'PATCH') return failure(405, 'MethodNotAllowed', method)
    if (path.endsWith('/scale')) return scale(path.slice(0, -'/scale'.length), asked)
    if (path.endsWith('/status')) return patch(path.slice(0, -'/status'.length), asked, 'status')
    return method === 'PATCH' ? patch(path, asked) : read(path)
  }
  const { between = (_asked, ask) => ask() } = options
  const server = await loopback((asked) => between(asked, () => answer(asked)))

  return {
    ...server,
    objects,
    put,
    writes: () => server.asked.filter(({ method }) => method === 'PATCH'),
    /** What a controller does: makes the status say that the spec is reached. */
    reconcile(path: string, status: (object: Stored) => Json) {
      const object = objects.get(path)!
      const { generation } = object.metadata
      put(path, { ...object, status: { observedGeneration: generation, ...status(object) } })
    },
  }
}

function failure(
  code: number,
  reason: string,
  message: string,
  causes?: readonly object[],
): Answered {
  const details = causes && { details: { causes } }
  return {
    status: code,
    json: { kind: 'Status', status: 'Failure', code, reason, message, ...details },
  }
}

/** RFC 6902 for the steps we send; undefined where a `test` fails. */
function jsonPatched(object: Stored, steps: readonly JsonPatchStep[]): Stored | undefined {
  const copy = structuredClone(object) as unknown as Json
  for (const { op, path, value } of steps) {
    const keys = path
      .slice(1)
      .split('/')
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    const last = keys.pop()!
    const parent = keys.reduce<Json | undefined>((at, key) => at?.[key] as Json | undefined, copy)
    if (!parent) return undefined
    if (op === 'test' && JSON.stringify(parent[last]) !== JSON.stringify(value)) return undefined
    if (op === 'remove') delete parent[last]
    if (op === 'add' || op === 'replace') parent[last] = value
  }
  return copy as unknown as Stored
}
