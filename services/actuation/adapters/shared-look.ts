import { Forbidden, NotFound } from '../../domain/errors.ts'
import type { KubernetesApi, KubernetesObject } from '../kubernetes.ts'

type Reader = Pick<KubernetesApi, 'get' | 'list'>

/**
 * For one look at many objects, and no longer: each list is asked for once, and several objects of
 * one kind and namespace are taken from their list, so that a look costs requests by the namespace
 * and not by the target. Where the right to list is missing, each is asked for by itself.
 *
 * @param paths of all objects that will be asked for
 */
export function sharedLook(api: Reader, paths: readonly string[]): Reader {
  const asked = new Map<string, number>()
  for (const path of paths) asked.set(parentOf(path), (asked.get(parentOf(path)) ?? 0) + 1)

  const list = oncePerPath((path, abort) => api.list(path, abort))
  const named = oncePerPath(async (path, abort) => {
    const objects = await list(path, abort).catch((error: unknown) => {
      if (error instanceof Forbidden) return undefined
      throw error
    })
    return objects && new Map(objects.map((object) => [object.metadata.name, object]))
  })

  async function get(path: string, abort?: AbortSignal): Promise<KubernetesObject> {
    const parent = parentOf(path)
    const siblings = (asked.get(parent) ?? 0) > 1 ? await named(parent, abort) : undefined
    if (!siblings) return api.get(path, abort)
    const found = siblings.get(path.slice(parent.length + 1))
    if (!found) throw new NotFound(`${path} not found`)
    return found
  }
  return { get, list }
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))

function oncePerPath<Answer>(
  ask: (path: string, abort?: AbortSignal) => Promise<Answer>,
): (path: string, abort?: AbortSignal) => Promise<Answer> {
  const answers = new Map<string, Promise<Answer>>()
  return (path, abort) => {
    const answer = answers.get(path) ?? ask(path, abort)
    answers.set(path, answer)
    return answer
  }
}
