import { type Fleet, parseFleet } from '../fleet/index.ts'
import type { Overlay } from './port.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * The fleet as it is meant now: the file, with what callers laid over it. Fields of an overlay take
 * the place of the file's; a model that the file does not have is added.
 *
 * @throws InvalidInput where the two do not make a valid fleet together, naming each field
 */
export function overlayFleet(file: Fleet, overlays: readonly Overlay[]): Fleet {
  if (overlays.length === 0) return file
  const models = new Map<string, Fields>(file.models.map((model) => [model.id, model]))
  let policy: Fields = file.policy
  for (const { kind, id, value } of overlays) {
    if (kind === 'policy') policy = { ...policy, ...value }
    else models.set(id, { ...models.get(id), ...value, id })
  }
  const laid = { ...file, models: [...models.values()], policy }
  return parseFleet(JSON.stringify(laid), { fileName: 'the fleet with its changes' })
}
